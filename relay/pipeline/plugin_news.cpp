#include "pipeline/plugin_news.h"

#include <seneca/json.hpp>

#include "base/ids.h"

namespace relay {

EventRef make_event(const PluginNews& news, int64_t wall_us) {
  std::string data = R"({"name":)";
  seneca::append_json_string(data, news.name);
  data += ",\"why\":";
  seneca::append_json_string(data, news.why);
  data += '}';
  const std::string id = uuid_v7(wall_us);
  const std::string subject = "plugin:" + news.name;
  EventFields fields;
  fields.id = id;
  fields.source = "/plugins";
  fields.type = news.type;
  fields.subject = subject;
  fields.data = data;
  fields.time_us = wall_us;
  return Event::make(fields);
}

}  // namespace relay
