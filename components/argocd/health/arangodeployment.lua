local phase = obj.status and obj.status.phase
if phase == "Failed" then
  return {status = "Degraded", message = obj.status.reason or "failed"}
end
local ready, current = false, false
for _, c in ipairs((obj.status and obj.status.conditions) or {}) do
  if c.type == "Ready" then
    ready = c.status == "True"
  elseif c.type == "UpToDate" then
    current = c.status == "True"
  end
end
if phase == "Running" and ready and current then
  return {status = "Healthy", message = phase}
end
return {status = "Progressing", message = phase or "waiting for its operator"}
