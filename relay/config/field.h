#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/checks.h"

namespace relay {

/// The value of a field that holds no others. Integers and sizes are int64_t, numbers and durations double.
using FieldValue = std::variant<bool, int64_t, double, std::string, std::vector<std::string>>;

/// One key of the configuration: all there is to know about it. Reader, renderer, schema and manual all work
/// from a tree of these and know no key by name. Made by FieldsOf<>, which keeps the void pointers honest:
/// the owner handed to `get` or `set` is always an object of the struct the field was declared for.
struct Field {
  enum class Kind {
    boolean,
    integer,
    number,
    size,      ///< bytes, a number or "64MiB"
    duration,  ///< seconds, a number or "24h"
    text,
    texts,   ///< an array of texts; one text alone stands for an array of one
    raw,     ///< an object handed on as JSON text
    object,  ///< holds `fields`
    list,    ///< an array of objects, each holding `fields`
  };

  std::string_view name;
  std::string_view doc;  ///< one sentence
  Kind kind = Kind::object;
  double minimum = 0;  ///< of integers, numbers, sizes and durations
  double maximum = 0;
  bool whole = false;                      ///< duration: no fractions of a second
  bool required = false;                   ///< list items only: has no default
  bool may_be_empty = false;               ///< required texts only
  bool reloadable = false;                 ///< a reload applies it to running sessions or to new ones
  std::vector<std::string_view> choices;   ///< text: the only values, when not empty
  std::vector<std::string_view> only_for;  ///< list items only: values of "type" it applies to; empty: all
  TextCheck check = nullptr;               ///< text, texts: each of them
  std::function<FieldValue(const void* owner)> get;         ///< leaves
  std::function<void(void* owner, const FieldValue&)> set;  ///< leaves; the value is within bounds
  std::vector<Field> fields;                                ///< object: members; list: members of an item
  std::function<void*(void* owner)> member;                 ///< object: the nested struct
  std::function<void(void* owner)> clear;                   ///< list
  std::function<void*(void* owner)> append;                 ///< list: a new item with its defaults
  std::function<std::vector<void*>(void* owner)> items;     ///< list
  std::function<std::shared_ptr<void>()> make_item;         ///< list: one of nobody's, with its defaults

  [[nodiscard]] bool is_leaf() const { return kind != Kind::object && kind != Kind::list; }
  [[nodiscard]] const Field* find(std::string_view member_name) const;
  /// True when the field makes sense in an item whose "type" is `type`.
  [[nodiscard]] bool applies_to(std::string_view type) const;

  Field& reload() { return reloadable = true, *this; }
  Field& require() { return required = true, *this; }
  Field& or_none() { return may_be_empty = true, *this; }
  Field& checked(TextCheck text_check) { return check = text_check, *this; }
  Field& one_of(std::vector<std::string_view> values) { return choices = std::move(values), *this; }
  Field& only(std::vector<std::string_view> types) { return only_for = std::move(types), *this; }
};

/// A value as JSON text: plain numbers for machines, or "64MiB" and "24h" where that is easier to read.
enum class NumberStyle { plain, readable };
[[nodiscard]] std::string field_literal(const Field& field, const FieldValue& value, NumberStyle style);

/// "seconds, 1 to 86400", "one of drop, pass, disable": what a value must be. "" when the kind says it all.
[[nodiscard]] std::string field_limits(const Field& field);

}  // namespace relay
