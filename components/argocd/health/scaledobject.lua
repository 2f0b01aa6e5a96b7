-- Not Active only means that nothing waits. Paused and Fallback are states somebody should see.
local hs = {status = "Progressing", message = "waiting for KEDA"}
local paused, fallback = false, false
for _, c in ipairs((obj.status and obj.status.conditions) or {}) do
  if c.type == "Ready" and c.status == "True" then
    hs = {status = "Healthy", message = c.message or ""}
  elseif c.type == "Ready" and c.status == "False" then
    hs = {status = "Degraded", message = c.message or c.reason or ""}
  elseif c.type == "Paused" then
    paused = c.status == "True"
  elseif c.type == "Fallback" then
    fallback = c.status == "True"
  end
end
if hs.status ~= "Degraded" and paused then
  return {status = "Suspended", message = "paused by an annotation"}
end
if hs.status == "Healthy" and fallback then
  return {status = "Degraded", message = "no metrics: runs at its fallback"}
end
return hs
