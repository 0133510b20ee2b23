/// How SENECA_PLUGIN turns a class into the tables of plugin.h. Part of plugin.hpp; not for use by plugins.
#ifndef SENECA_DETAIL_PLUGIN_GLUE_HPP
#define SENECA_DETAIL_PLUGIN_GLUE_HPP

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../ext/codec.h"
#include "../ext/filter.h"
#include "../ext/sink.h"
#include "../ext/source.h"
#include "../ext/state.h"
#include "../ext/timer.h"
#include "../ext/view.h"
#include "../plugin.hpp"
#include "guard.hpp"
#include "session_glue.hpp"

namespace seneca {
namespace detail {

template <class T, class = void>
struct HasCall : std::false_type {};
template <class T>
struct HasCall<T, std::void_t<decltype(std::declval<T&>()(std::declval<Event&>()))>> : std::true_type {};

template <class T, class = void>
struct HasFilter : std::false_type {};
template <class T>
struct HasFilter<T, std::void_t<decltype(std::declval<T&>().filter(std::declval<Event&>()))>>
    : std::true_type {};

template <class T, class = void>
struct HasView : std::false_type {};
template <class T>
struct HasView<T, std::void_t<decltype(std::declval<T&>().view(
                      std::declval<const Event&>(), std::string_view(), std::declval<std::string&>()))>>
    : std::true_type {};

template <class T, class = void>
struct HasTick : std::false_type {};
template <class T>
struct HasTick<T, std::void_t<decltype(std::declval<T&>().tick(int64_t(), std::declval<Emitter&>()))>>
    : std::true_type {};

template <class T, class = void>
struct HasSource : std::false_type {};
template <class T>
struct HasSource<T, std::void_t<decltype(std::declval<T&>().start()), decltype(std::declval<T&>().stop())>>
    : std::true_type {};

template <class T, class = void>
struct HasSink : std::false_type {};
template <class T>
struct HasSink<T, std::void_t<decltype(std::declval<T&>().deliver(std::declval<const Delivery&>()))>>
    : std::true_type {};

template <class T, class = void>
struct HasCodec : std::false_type {};
template <class T>
struct HasCodec<T, std::void_t<decltype(std::string(std::declval<T&>().decode(std::string_view(), bool()))),
                               decltype(std::string(std::declval<T&>().encode(std::string_view())))>>
    : std::true_type {};

template <class T, class = void>
struct HasFlush : std::false_type {};
template <class T>
struct HasFlush<T, std::void_t<decltype(std::declval<T&>().flush())>> : std::true_type {};

template <class T, class = void>
struct HasStatus : std::false_type {};
template <class T>
struct HasStatus<T, std::void_t<decltype(std::string(std::declval<const T&>().status()))>> : std::true_type {
};

template <class T, class = void>
struct HasState : std::false_type {};
template <class T>
struct HasState<T, std::void_t<decltype(std::string(std::declval<T&>().save())),
                               decltype(std::declval<T&>().load(std::string_view()))>> : std::true_type {};

template <class T, class = void>
struct SchemaOf {
  static constexpr const char* value = nullptr;
};
template <class T>
struct SchemaOf<T, std::void_t<decltype(T::schema)>> {
  static constexpr const char* value = T::schema;
};

template <class T, class = void>
struct MatchOf {
  static constexpr const char* value = nullptr;
};
template <class T>
struct MatchOf<T, std::void_t<decltype(T::match)>> {
  static constexpr const char* value = T::match;
};

template <class T>
struct Glue {
  static constexpr bool kFilters = HasCall<T>::value || HasFilter<T>::value;
  static_assert(
      kFilters || HasView<T>::value || HasTick<T>::value || HasSource<T>::value || HasSink<T>::value ||
          HasCodec<T>::value || SessionGlue<T>::kServes,
      "the plugin class needs operator()(Event&), filter, view, tick, start, deliver, encode or serves: see "
      "the top of seneca/plugin.hpp");

  static T* make(const seneca_host* host, std::string_view config) {
    if constexpr (std::is_constructible_v<T, Host, std::string_view>)
      return new T(Host(host), config);
    else if constexpr (std::is_constructible_v<T, std::string_view>)
      return new T(config);
    else if constexpr (std::is_constructible_v<T, Host>)
      return new T(Host(host));
    else
      return new T();
  }
  static int32_t create(const seneca_host* host, seneca_str config, void** self,
                        seneca_error* error) noexcept {
    return guard(error, [&] {
      if constexpr (SessionGlue<T>::kServes) SessionGlue<T>::meet(host);
      *self = make(host, to_view(config));
      return SENECA_OK;
    });
  }
  static void destroy(void* self) noexcept { delete static_cast<T*>(self); }

  static Verdict decide(T& plugin, Event& event) {
    if constexpr (HasCall<T>::value)
      return plugin(event);
    else
      return plugin.filter(event);
  }
  static int32_t process(void* self, const seneca_batch* batch, seneca_error*) noexcept {
    for (uint32_t i = 0; i < batch->count; ++i) {
      seneca_error failure{};
      const int32_t code = guard(&failure, [&] {
        Event event(batch, i);
        batch->verdicts[i] = static_cast<int32_t>(decide(*static_cast<T*>(self), event));
        return SENECA_OK;
      });
      if (code == SENECA_OK) continue;
      batch->verdicts[i] = SENECA_FAIL;
      batch->reason(batch, i, to_str(failure.text));
    }
    return SENECA_OK;
  }
  static int32_t render(void* self, const seneca_event* event, seneca_str ui_event, const seneca_writer* out,
                        seneca_error* error) noexcept {
    return guard(error, [&]() -> int32_t {
      std::string text;
      if (!static_cast<T*>(self)->view(Event(event), to_view(ui_event), text)) return SENECA_VIEW_DECLINED;
      return out->append(out, to_str(text));
    });
  }
  static int32_t tick(void* self, int64_t now_us, const seneca_batch* batch, seneca_error* error) noexcept {
    return guard(error, [&] {
      Emitter emitter(batch);
      static_cast<T*>(self)->tick(now_us, emitter);
      return SENECA_OK;
    });
  }
  static int32_t start(void* self, seneca_error* error) noexcept {
    return guard(error, [&] {
      static_cast<T*>(self)->start();
      return SENECA_OK;
    });
  }
  static void stop(void* self) noexcept {
    guard(nullptr, [&] {
      static_cast<T*>(self)->stop();
      return SENECA_OK;
    });
  }
  static int32_t status(void* self, const seneca_writer* out, seneca_error* error) noexcept {
    return guard(error, [&] { return out->append(out, to_str(static_cast<const T*>(self)->status())); });
  }
  /// Runs `body`; Again is SENECA_E_FULL, with its text.
  template <class Body>
  static int32_t guard_sink(seneca_error* error, Body body) noexcept {
    return guard(error, [&] {
      try {
        body();
        return SENECA_OK;
      } catch (const Again& again) {
        put(error, again.what());
        return SENECA_E_FULL;
      }
    });
  }
  static int32_t deliver(void* self, const seneca_event* const* events, uint32_t count, uint32_t* taken,
                         seneca_error* error) noexcept {
    return guard_sink(error, [&] { static_cast<T*>(self)->deliver(Delivery(events, count, taken)); });
  }
  static int32_t flush(void* self, seneca_error* error) noexcept {
    return guard_sink(error, [&] { static_cast<T*>(self)->flush(); });
  }
  static constexpr decltype(seneca_sink::flush) flush_of() {
    if constexpr (HasFlush<T>::value)
      return flush;
    else
      return nullptr;
  }
  static int32_t decode(void* self, seneca_str message, int32_t binary, const seneca_writer* request,
                        seneca_error* error) noexcept {
    return guard(error, [&] {
      return request->append(request, to_str(static_cast<T*>(self)->decode(to_view(message), binary != 0)));
    });
  }
  static int32_t encode(void* self, seneca_str message, const seneca_writer* out,
                        seneca_error* error) noexcept {
    return guard(error,
                 [&] { return out->append(out, to_str(static_cast<T*>(self)->encode(to_view(message)))); });
  }
  static int32_t save(void* self, const seneca_writer* out, seneca_error* error) noexcept {
    return guard(error, [&] { return out->append(out, to_str(static_cast<T*>(self)->save())); });
  }
  static int32_t load(void* self, seneca_str saved, seneca_error* error) noexcept {
    return guard(error, [&] {
      static_cast<T*>(self)->load(to_view(saved));
      return SENECA_OK;
    });
  }

  static constexpr decltype(seneca_source::status) status_of() {
    if constexpr (HasStatus<T>::value)
      return status;
    else
      return nullptr;
  }
  static const void* role(const char* id) noexcept {
    const std::string_view wanted = id;
    if constexpr (kFilters) {
      static constexpr seneca_filter table{sizeof(seneca_filter), process, MatchOf<T>::value};
      if (wanted == SENECA_FILTER) return &table;
    }
    if constexpr (HasView<T>::value) {
      static constexpr seneca_view table{sizeof(seneca_view), render};
      if (wanted == SENECA_VIEW) return &table;
    }
    if constexpr (HasTick<T>::value) {
      static constexpr seneca_timer table{sizeof(seneca_timer), T::tick_interval_ms, tick};
      if (wanted == SENECA_TIMER) return &table;
    }
    if constexpr (HasSource<T>::value) {
      static constexpr seneca_source table{sizeof(seneca_source), start, stop, status_of()};
      if (wanted == SENECA_SOURCE) return &table;
    }
    if constexpr (HasSink<T>::value) {
      static constexpr seneca_sink table{sizeof(seneca_sink), deliver, flush_of(), MatchOf<T>::value};
      if (wanted == SENECA_SINK) return &table;
    }
    if constexpr (HasCodec<T>::value) {
      static constexpr seneca_codec table{sizeof(seneca_codec), T::binary ? 1 : 0, T::subprotocol, decode,
                                          encode};
      if (wanted == SENECA_CODEC) return &table;
    }
    if constexpr (HasState<T>::value) {
      static constexpr seneca_state table{sizeof(seneca_state), save, load};
      if (wanted == SENECA_STATE) return &table;
    }
    if constexpr (SessionGlue<T>::kServes)
      if (wanted == SENECA_SESSION) return SessionGlue<T>::table();
    return nullptr;
  }
};

}  // namespace detail
}  // namespace seneca

#endif
