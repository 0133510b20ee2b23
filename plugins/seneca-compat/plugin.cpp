#include <seneca/session.hpp>

#include <string>

#include "activity.h"
#include "answers.h"
#include "pages.h"

namespace {

/// Seneca's own pages, unmodified: their payloads (view), their questions (session), and what they show of
/// the past (filter and timer, which change no event).
class SenecaCompat {
 public:
  static constexpr const char* schema = R"({"type": "object", "additionalProperties": false})";
  static constexpr uint32_t tick_interval_ms = 250;

  seneca::Verdict filter(seneca::Event& event) {
    activity_.see(event);
    return seneca::Verdict::pass;
  }

  void tick(int64_t now_us, seneca::Emitter& out) {
    const seneca_compat::Activity::Change change = activity_.publish(now_us);
    const auto known = seneca_compat::snapshot();
    if (change.agents) {
      seneca::Emission emission;
      emission.namespace_ = seneca_compat::kStream;
      emission.event = "agents_update";
      const std::string args = '[' + known->agents + ']';
      emission.args = args;
      const std::string data = emission.json();
      out.emit({"seneca.emit", "/seneca-compat", data});
    }
    if (change.metrics) out.emit({"system.metrics.updated", "/seneca-compat", known->metrics});
  }

  bool view(const seneca::Event& event, std::string_view ui_event, std::string& out) const {
    return seneca_compat::write_page(event, ui_event, out);
  }

  bool serves(std::string_view name) const { return name == "/" || name == seneca_compat::kStream; }
  void connected(seneca::Client client, std::string_view) const { seneca_compat::greet(client); }
  bool client_event(seneca::Client client, const seneca::ClientEvent& event) const {
    return seneca_compat::answer(client, event);
  }

 private:
  seneca_compat::Activity activity_;
};

}  // namespace

SENECA_PLUGIN(SenecaCompat, "org.seneca.seneca-compat", "1.0.0", "Seneca's own pages, unmodified")
