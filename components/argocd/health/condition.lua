-- Ready is the condition that says it; the rest explains.
local hs = {status = "Progressing", message = "waiting for its operator"}
if obj.status == nil or obj.status.conditions == nil then
  return hs
end
local generation = obj.metadata.generation
local observed = obj.status.observedGeneration
if generation ~= nil and observed ~= nil and observed < generation then
  hs.message = "waiting for its operator to see the change"
  return hs
end
for _, c in ipairs(obj.status.conditions) do
  if c.type == "Ready" and c.status == "True" then
    return {status = "Healthy", message = c.message or ""}
  end
  if c.type == "NotReady" and c.status == "True" and c.reason == "Creating" then
    hs.message = c.message or "is being made"
  elseif (c.type == "Ready" and c.status == "False") or (c.type == "NotReady" and c.status == "True") then
    return {status = "Degraded", message = c.message or c.reason or ""}
  end
end
return hs
