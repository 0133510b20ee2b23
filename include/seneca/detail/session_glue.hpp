/// How SENECA_PLUGIN turns a class into the table of ext/session.h. Part of plugin.hpp; not for use by
/// plugins.
#include "../session.hpp"  // before the guard, as there

#ifndef SENECA_DETAIL_SESSION_GLUE_HPP
#define SENECA_DETAIL_SESSION_GLUE_HPP

#include <atomic>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "guard.hpp"

namespace seneca {
namespace detail {

// HasConnect<T>::value and so on: whether a T has that member, for these arguments.
#define SENECA_DETECT(Name, expression) \
  template <class T, class = void>      \
  struct Name : std::false_type {};     \
  template <class T>                    \
  struct Name<T, std::void_t<decltype(std::declval<T&>().expression)>> : std::true_type {}

SENECA_DETECT(HasServes, serves(std::string_view()));
SENECA_DETECT(HasConnect, connect(std::declval<Client>(), std::string_view()));
SENECA_DETECT(HasConnected, connected(std::declval<Client>(), std::string_view()));
SENECA_DETECT(HasClientEvent, client_event(std::declval<Client>(), std::declval<const ClientEvent&>()));
SENECA_DETECT(HasReplied, replied(std::declval<Client>(), uint64_t(), std::declval<const Args*>()));
SENECA_DETECT(HasDisconnected, disconnected(std::declval<Client>(), std::string_view()));
SENECA_DETECT(HasMessage, message(std::declval<Client>(), bool(), std::string_view()));

#undef SENECA_DETECT

template <class T>
struct SessionGlue {
  static constexpr bool kServes = HasServes<T>::value || HasMessage<T>::value;

  /// The host's calls; the same for every instance in the process.
  inline static std::atomic<const seneca_clients*> calls{nullptr};

  static void meet(const seneca_host* host) {
    const void* const found = host->extension(host, SENECA_CLIENTS);
    if (found == nullptr) throw Error(SENECA_E_UNSUPPORTED, "this relay has no " SENECA_CLIENTS);
    calls = static_cast<const seneca_clients*>(found);
  }

  static T& of(void* self) { return *static_cast<T*>(self); }

  static int32_t serves(void* self, seneca_str namespace_) noexcept {
    int32_t answer = 0;
    guard(nullptr, [&] {
      answer = of(self).serves(to_view(namespace_)) ? 1 : 0;
      return SENECA_OK;
    });
    return answer;
  }
  static int32_t connect(void* self, seneca_client* client, seneca_str auth, const seneca_writer* data,
                         seneca_error* error) noexcept {
    return guard(error, [&]() -> int32_t {
      try {
        of(self).connect(Client(client, calls), to_view(auth));
        return SENECA_OK;
      } catch (const Refusal& refusal) {
        if (!refusal.data().empty()) data->append(data, to_str(refusal.data()));
        return put(error, refusal.what());
      }
    });
  }
  static int32_t connected(void* self, seneca_client* client, seneca_str auth, seneca_error* error) noexcept {
    return guard(error, [&] {
      of(self).connected(Client(client, calls), to_view(auth));
      return SENECA_OK;
    });
  }
  static int32_t client_event(void* self, seneca_client* client, const seneca_client_event* event,
                              seneca_error* error) noexcept {
    return guard(error, [&]() -> int32_t {
      const Client sender(client, calls);
      return of(self).client_event(sender, ClientEvent(sender, event)) ? SENECA_OK : SENECA_E_UNSUPPORTED;
    });
  }
  static int32_t replied(void* self, seneca_client* client, uint64_t reply_id, const seneca_args* args,
                         seneca_error* error) noexcept {
    return guard(error, [&] {
      const Args reply(args);
      of(self).replied(Client(client, calls), reply_id, args == nullptr ? nullptr : &reply);
      return SENECA_OK;
    });
  }
  static int32_t disconnected(void* self, seneca_client* client, seneca_str reason,
                              seneca_error* error) noexcept {
    return guard(error, [&] {
      of(self).disconnected(Client(client, calls), to_view(reason));
      return SENECA_OK;
    });
  }
  static int32_t message(void* self, seneca_client* client, int32_t binary, seneca_str bytes,
                         seneca_error* error) noexcept {
    return guard(error, [&] {
      of(self).message(Client(client, calls), binary != 0, to_view(bytes));
      return SENECA_OK;
    });
  }

  static const seneca_session* table() noexcept {
    static constexpr seneca_session made = [] {
      seneca_session table{};
      table.size = sizeof table;
      if constexpr (HasServes<T>::value) table.serves = serves;
      if constexpr (HasConnect<T>::value) table.connect = connect;
      if constexpr (HasConnected<T>::value) table.connected = connected;
      if constexpr (HasClientEvent<T>::value) table.client_event = client_event;
      if constexpr (HasReplied<T>::value) table.replied = replied;
      if constexpr (HasDisconnected<T>::value) table.disconnected = disconnected;
      if constexpr (HasMessage<T>::value) table.message = message;
      return table;
    }();
    return &made;
  }
};

}  // namespace detail
}  // namespace seneca

#endif
