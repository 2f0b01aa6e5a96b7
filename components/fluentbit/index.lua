-- Gives every record the key es_index, from which the es output makes the name of its index by
-- adding the day: internal-myapp becomes internal-myapp-2025.08.07. The key is set on every record
-- whatever comes in: an output that misses it takes that of the record before.
--
-- `prefixes` stands above this file when Fluent Bit reads it (lua.go):
--   prefixes.namespaces  namespace -> {name, per}
--   prefixes.rest        {name, per} of all others, and of what is no container's
-- per is "container", for an index of each container, or "namespace".

local longest = 128 -- bytes; the output cuts what is longer, and not where we would
local reserved = { logs = true, metrics = true, traces = true, synthetics = true }

-- clean makes a part of an index' name from any text: lower case, only what Elasticsearch takes,
-- nothing odd at either end. Dots would look like parts of the day.
local function clean(text)
  local part = string.lower(tostring(text)):gsub("[^a-z0-9_-]+", "-")
  return (part:gsub("^[-_]+", ""):gsub("[-_]+$", ""))
end

-- place reads the namespace and the container out of a tag. Fluent Bit makes it from the file's
-- path: kube.var.log.containers.<pod>_<namespace>_<container>-<id>.log. None of the three holds an
-- underscore; only the container may be missing its id.
local function place(tag)
  local file = tag:match("^kube%.var%.log%.containers%.(.+)$")
  if not file then
    return nil, nil
  end
  file = file:gsub("%.log$", "")
  local namespace, container = file:match("^[^_]*_([^_]*)_(.+)$")
  if not namespace then
    namespace, container = nil, file:match("^[^_]*_(.+)$") -- pod and container
  end
  if namespace == "" then
    namespace = nil
  end
  if container then
    local id = container:match("^.*%-(%x+)$")
    if id and #id == 64 then
      container = container:sub(1, -66)
    end
  end
  return namespace, container
end

-- index gives the name without the day, at most `longest` bytes.
local function index(tag)
  local namespace, container = nil, nil
  local part
  if type(tag) == "string" then
    namespace, container = place(tag)
    if not namespace and not container and tag:match("^host%.") then
      part = "node"
    end
  end
  local prefix = namespace and prefixes.namespaces[namespace] or prefixes.rest
  if not part then
    part = prefix.per == "namespace" and namespace or container or namespace or ""
  end
  part = clean(part)
  if part == "" then
    part = "unknown"
  end
  local name = clean(prefix.name)
  if name == "" or reserved[name] then
    name = "x" .. name -- templates of Elasticsearch's own would make data streams of it
  end
  return ((name .. "-" .. part):sub(1, longest):gsub("[-_]+$", ""))
end

-- lift brings up what people search for. The level of a message in JSON or in key=value form, in
-- lower case; and the text of a message of the journal, to where a container's message has it. It
-- works on text, because this filter comes before messages are parsed: whole numbers that pass
-- through Lua leave it as fractions.
local function lift(record)
  if record["log"] == nil and type(record["MESSAGE"]) == "string" then
    record["log"], record["MESSAGE"] = record["MESSAGE"], nil
  end
  local log = record["log"]
  if record["level"] ~= nil or type(log) ~= "string" then
    return
  end
  log = " " .. log:sub(1, 4096) -- a level stands near the beginning, if at all
  for _, key in ipairs({ "level", "severity", "lvl" }) do
    local level = log:match('"' .. key .. '"%s*:%s*"(%a+)"') or log:match("[^%w_]" .. key .. '="?(%a+)')
    if level then
      record["level"] = level:lower()
      return
    end
  end
end

-- set_index is what the filter calls. 2 means that the record has changed and its time has not.
function set_index(tag, timestamp, record)
  if type(record) ~= "table" then
    return 0, timestamp, record
  end
  record["es_index"] = index(tag)
  lift(record)
  return 2, timestamp, record
end
