-- The operator writes one word: https://postgres-operator.readthedocs.io/en/latest/
local word = obj.status and obj.status.PostgresClusterStatus
if word == "Running" then
  return {status = "Healthy", message = word}
end
if word == nil or word == "" or word == "Creating" or word == "Updating" then
  return {status = "Progressing", message = word or "waiting for its operator"}
end
-- CreateFailed, UpdateFailed, SyncFailed, Invalid
return {status = "Degraded", message = word}
