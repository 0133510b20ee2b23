#include "plugin/plugin_client.h"

#include <seneca/json.hpp>
#include <string>

#include "base/utf8.h"
#include "event/json_check.h"
#include "plugin/event_fields.h"

namespace relay {
namespace {

constexpr uint32_t kMaxAttachments = 10;

bool is_text(seneca_str text) {
  if (text.ptr == nullptr && text.len != 0) return false;
  return valid_utf8_prefix(to_view(text)) == text.len;
}

bool read(const seneca_args* abi, ClientArgs& args) {
  if (abi == nullptr) return true;
  if (!is_text(abi->json) || abi->attachment_count > kMaxAttachments) return false;
  if (abi->attachment_count > 0 && abi->attachments == nullptr) return false;
  for (uint32_t i = 0; i < abi->attachment_count; ++i) {
    if (abi->attachments[i].ptr == nullptr && abi->attachments[i].len != 0) return false;
    args.attachments.push_back(to_view(abi->attachments[i]));
  }
  if (abi->json.len == 0) return args.attachments.empty();
  args.json = to_view(abi->json);
  return check_json(args.json) == JsonFault::none && seneca::JsonView(args.json).is_array();
}

PluginClient* host_of(const seneca_client* client) {
  return client == nullptr ? nullptr : static_cast<PluginClient*>(client->impl);
}

// Every call goes through here: a client that is gone has no host, and nothing is thrown at a plugin.
template <class Call>
int32_t reach(const seneca_client* client, Call call) noexcept {
  PluginClient* const host = host_of(client);
  if (host == nullptr) return SENECA_E_FAILED;
  try {
    return call(*host);
  } catch (...) {
    return SENECA_E_FAILED;  // no memory
  }
}

int32_t emit(const seneca_client* client, seneca_str name, const seneca_args* abi_args,
             const seneca_emit_options* options) noexcept {
  return reach(client, [&](PluginClient& host) -> int32_t {
    ClientArgs args;
    if (!is_text(name) || !read(abi_args, args)) return SENECA_E_INVALID;
    const seneca_emit_options none{};
    return host.emit(const_cast<seneca_client&>(*client), to_view(name), args, options ? *options : none);
  });
}

int32_t reply(const seneca_client* client, uint64_t reply_id, const seneca_args* abi_args) noexcept {
  return reach(client, [&](PluginClient& host) -> int32_t {
    ClientArgs args;
    return read(abi_args, args) ? host.reply(reply_id, args) : SENECA_E_INVALID;
  });
}

template <int32_t (PluginClient::*Call)(std::string_view)>
int32_t with_text(const seneca_client* client, seneca_str text) noexcept {
  return reach(client, [&](PluginClient& host) -> int32_t {
    return is_text(text) ? (host.*Call)(to_view(text)) : SENECA_E_INVALID;
  });
}

int32_t disconnect(const seneca_client* client, int32_t close) noexcept {
  return reach(client, [close](PluginClient& host) { return host.disconnect(close != 0); });
}

int32_t send(const seneca_client* client, int32_t binary, seneca_str bytes) noexcept {
  return reach(client, [&](PluginClient& host) -> int32_t {
    if (bytes.ptr == nullptr && bytes.len != 0) return SENECA_E_INVALID;
    if (binary == 0 && !is_text(bytes)) return SENECA_E_INVALID;
    return host.send(binary != 0, to_view(bytes));
  });
}

}  // namespace

int32_t PluginClient::emit(seneca_client&, std::string_view, const ClientArgs&, const seneca_emit_options&) {
  return SENECA_E_UNSUPPORTED;
}
int32_t PluginClient::reply(uint64_t, const ClientArgs&) { return SENECA_E_UNSUPPORTED; }
int32_t PluginClient::join(std::string_view) { return SENECA_E_UNSUPPORTED; }
int32_t PluginClient::leave(std::string_view) { return SENECA_E_UNSUPPORTED; }
int32_t PluginClient::subscribe(std::string_view) { return SENECA_E_UNSUPPORTED; }
int32_t PluginClient::unsubscribe(std::string_view) { return SENECA_E_UNSUPPORTED; }
int32_t PluginClient::send(bool, std::string_view) { return SENECA_E_UNSUPPORTED; }

const seneca_clients* clients_extension() {
  static constexpr seneca_clients kTable = {sizeof(seneca_clients),
                                            emit,
                                            reply,
                                            with_text<&PluginClient::join>,
                                            with_text<&PluginClient::leave>,
                                            with_text<&PluginClient::subscribe>,
                                            with_text<&PluginClient::unsubscribe>,
                                            disconnect,
                                            send};
  return &kTable;
}

}  // namespace relay
