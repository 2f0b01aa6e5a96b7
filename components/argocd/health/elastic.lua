-- Elasticsearch and Kibana: health is green, yellow or red; a yellow one works, but lacks copies.
local s = obj.status
if s == nil or s.health == nil then
  return {status = "Progressing", message = "waiting for its operator"}
end
local generation = obj.metadata.generation
if generation ~= nil and s.observedGeneration ~= nil and s.observedGeneration < generation then
  return {status = "Progressing", message = "waiting for its operator to see the change"}
end
if s.phase == "Invalid" then
  return {status = "Degraded", message = "the operator refuses it"}
end
if s.phase == "ApplyingChanges" or s.phase == "MigratingData" then
  return {status = "Progressing", message = s.phase}
end
if s.health == "green" then
  return {status = "Healthy", message = s.health}
end
if s.health == "yellow" then
  return {status = "Progressing", message = "copies are missing"}
end
return {status = "Degraded", message = s.health}
