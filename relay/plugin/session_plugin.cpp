#include "plugin/session_plugin.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/utf8.h"
#include "event/json_check.h"
#include "plugin/contained.h"

namespace relay {
namespace {

constexpr size_t kMaxRefusalData = 64 << 10;
constexpr size_t kMaxTranslated = 16 << 20;

/// ClientArgs as the plugin sees them. Lives for one call.
class AbiArgs {
 public:
  explicit AbiArgs(const ClientArgs& args) {
    for (const std::string_view bytes : args.attachments) attachments_.push_back(to_str(bytes));
    abi_.size = sizeof abi_;
    abi_.attachment_count = static_cast<uint32_t>(attachments_.size());
    abi_.json = to_str(args.json);
    abi_.attachments = attachments_.data();
  }
  AbiArgs(const AbiArgs&) = delete;
  AbiArgs& operator=(const AbiArgs&) = delete;

  [[nodiscard]] const seneca_args* get() const { return &abi_; }

 private:
  std::vector<seneca_str> attachments_;
  seneca_args abi_{};
};

/// The functions that this relay knows; none for a plugin without the role.
seneca_session session_role(const PluginRoles& roles) {
  seneca_session known{};
  if (roles.session == nullptr) return known;
  std::memcpy(&known, roles.session, std::min<size_t>(roles.session->size, sizeof known));
  known.size = std::min<uint32_t>(roles.session->size, sizeof known);
  return known;
}

}  // namespace

SessionPlugin::SessionPlugin(std::unique_ptr<PluginInstance> instance, Logger& logger)
    : instance_(std::move(instance)),
      role_(session_role(instance_->library().roles())),
      codec_(instance_->library().roles().codec),
      logger_(logger) {}

template <class Call>
void SessionPlugin::run(std::string_view what, Call call) {
  seneca_error error{};
  const int32_t code = instance_->call(error, [&] { return call(error); });
  if (code == SENECA_OK) return;
  instance_->count_error();
  logger_.warn(instance_->name(), "its " + std::string(what) + " failed: " + text_of(error));
}

bool SessionPlugin::serves(std::string_view namespace_) {
  if (!SENECA_HAS(&role_, serves)) return false;
  bool served = false;
  run("serves", [&](seneca_error&) {
    served = role_.serves(instance_->self(), to_str(namespace_)) != 0;
    return SENECA_OK;
  });
  return served;
}

bool SessionPlugin::serves_bare() const { return SENECA_HAS(&role_, message); }

Status SessionPlugin::connect(seneca_client& client, std::string_view auth, std::string& data) {
  if (!SENECA_HAS(&role_, connect)) return {};
  BoundedWriter writer{data, kMaxRefusalData};
  seneca_error error{};
  const int32_t code = instance_->call(
      error, [&] { return role_.connect(instance_->self(), &client, to_str(auth), &writer.abi, &error); });
  if (code == SENECA_OK) return {};
  if (writer.overflown || (!data.empty() && check_json(data) != JsonFault::none)) {
    logger_.warn(instance_->name(), "the data of a refusal is left out: it must be JSON of at most 64 KiB");
    data.clear();
  }
  return fail("refused", instance_->name(), text_of(error));
}

void SessionPlugin::connected(seneca_client& client, std::string_view auth) {
  if (!SENECA_HAS(&role_, connected)) return;
  run("connected",
      [&](seneca_error& error) { return role_.connected(instance_->self(), &client, to_str(auth), &error); });
}

Result<bool> SessionPlugin::client_event(seneca_client& client, const Event& event) {
  if (!SENECA_HAS(&role_, client_event)) return false;
  const AbiArgs args(event.args);
  seneca_client_event abi{};
  abi.size = sizeof abi;
  abi.wants_reply = event.wants_reply ? 1 : 0;
  abi.reply_id = event.reply_id;
  abi.name = to_str(event.name);
  abi.args = args.get();
  seneca_error error{};
  const int32_t code =
      instance_->call(error, [&] { return role_.client_event(instance_->self(), &client, &abi, &error); });
  if (code == SENECA_OK) return true;
  if (code == SENECA_E_UNSUPPORTED) return false;
  return fail("refused", "", text_of(error));
}

void SessionPlugin::replied(seneca_client& client, uint64_t reply_id, const ClientArgs* args) {
  if (!SENECA_HAS(&role_, replied)) return;
  const AbiArgs abi(args == nullptr ? ClientArgs() : *args);
  run("replied", [&](seneca_error& error) {
    return role_.replied(instance_->self(), &client, reply_id, args == nullptr ? nullptr : abi.get(), &error);
  });
}

void SessionPlugin::disconnected(seneca_client& client, std::string_view reason) {
  if (!SENECA_HAS(&role_, disconnected)) return;
  run("disconnected", [&](seneca_error& error) {
    return role_.disconnected(instance_->self(), &client, to_str(reason), &error);
  });
}

void SessionPlugin::message(seneca_client& client, bool binary, std::string_view bytes) {
  if (!SENECA_HAS(&role_, message)) return;
  run("message", [&](seneca_error& error) {
    return role_.message(instance_->self(), &client, binary ? 1 : 0, to_str(bytes), &error);
  });
}

std::string_view SessionPlugin::subprotocol() const {
  return codec_ == nullptr ? std::string_view() : std::string_view(codec_->subprotocol);
}

Result<std::string> SessionPlugin::decode(std::string_view message, bool binary) {
  std::string request;
  BoundedWriter writer{request, kMaxTranslated};
  seneca_error error{};
  const int32_t code = instance_->call(error, [&] {
    return codec_->decode(instance_->self(), to_str(message), binary ? 1 : 0, &writer.abi, &error);
  });
  if (code == SENECA_OK && !writer.overflown) return request;
  return fail("bad_message", "message",
              writer.overflown ? "stands for a request that is too large" : text_of(error));
}

std::optional<std::string> SessionPlugin::encode(std::string_view json) {
  std::string message;
  BoundedWriter writer{message, kMaxTranslated};
  seneca_error error{};
  const int32_t code = instance_->call(
      error, [&] { return codec_->encode(instance_->self(), to_str(json), &writer.abi, &error); });
  std::string why;
  if (writer.overflown)
    why = "its message is larger than 16 MiB";
  else if (code != SENECA_OK)
    why = text_of(error);
  else if (codec_->binary == 0 && valid_utf8_prefix(message) != message.size())
    why = "its text is not UTF-8";
  if (why.empty()) return message;
  instance_->count_error();
  logger_.warn(instance_->name(), "its encode failed: " + why);
  return std::nullopt;
}

}  // namespace relay
