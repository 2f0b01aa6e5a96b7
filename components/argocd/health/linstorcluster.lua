-- Applied says that the objects are there, Available that the controller answers, Configured that it
-- has been told everything.
local seen = {}
for _, c in ipairs((obj.status and obj.status.conditions) or {}) do
  seen[c.type] = c
end
for _, name in ipairs({"Applied", "Available", "Configured"}) do
  local c = seen[name]
  if c == nil then
    return {status = "Progressing", message = "waiting for " .. name}
  end
  if c.status ~= "True" then
    if c.reason == "Error" then
      return {status = "Degraded", message = c.message or c.reason}
    end
    return {status = "Progressing", message = c.message or c.reason or name}
  end
end
return {status = "Healthy", message = ""}
