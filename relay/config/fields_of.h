#pragma once

#include <cassert>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>

#include "config/field.h"

namespace relay {

struct Bounds {
  double minimum;
  double maximum;
};

/// Declares the fields of one configuration struct. The reference each call returns is for setting more of
/// that field at once; the next call ends its life.
template <class Owner>
class FieldsOf {
 public:
  Field& boolean(std::string_view name, bool Owner::*member, std::string_view doc) {
    return bind<bool>(Field::Kind::boolean, name, member, doc);
  }

  template <class Number>
  Field& integer(std::string_view name, Number Owner::*member, Bounds bounds, std::string_view doc) {
    return bounded(bind<int64_t>(Field::Kind::integer, name, member, doc), bounds, member);
  }

  Field& number(std::string_view name, double Owner::*member, Bounds bounds, std::string_view doc) {
    return bounded(bind<double>(Field::Kind::number, name, member, doc), bounds, member);
  }

  Field& size(std::string_view name, int64_t Owner::*member, Bounds bounds, std::string_view doc) {
    return bounded(bind<int64_t>(Field::Kind::size, name, member, doc), bounds, member);
  }

  template <class Number>
  Field& duration(std::string_view name, Number Owner::*member, Bounds bounds, std::string_view doc) {
    Field& field = bounded(bind<double>(Field::Kind::duration, name, member, doc), bounds, member);
    field.whole = std::is_integral_v<Number>;
    return field;
  }

  Field& text(std::string_view name, std::string Owner::*member, std::string_view doc) {
    return bind<std::string>(Field::Kind::text, name, member, doc);
  }

  Field& texts(std::string_view name, std::vector<std::string> Owner::*member, std::string_view doc) {
    return bind<std::vector<std::string>>(Field::Kind::texts, name, member, doc);
  }

  Field& raw(std::string_view name, std::string Owner::*member, std::string_view doc) {
    return bind<std::string>(Field::Kind::raw, name, member, doc);
  }

  /// `names` in the order of the enumerators, which count from 0.
  template <class Enum>
  Field& choice(std::string_view name, Enum Owner::*member, std::vector<std::string_view> names,
                std::string_view doc) {
    const auto read = [member, names](const Owner& owner) {
      return std::string(names[static_cast<size_t>(owner.*member)]);
    };
    const auto write = [member, names](Owner& owner, const std::string& text) {
      size_t index = 0;
      while (names[index] != text) ++index;
      owner.*member = static_cast<Enum>(index);
    };
    return converted(name, read, write, doc).one_of(names);
  }

  /// A text that the struct holds as something else.
  template <class Read, class Write>
  Field& converted(std::string_view name, Read read, Write write, std::string_view doc) {
    Field& field = add(Field::Kind::text, name, doc);
    field.get = [read](const void* owner) -> FieldValue { return read(*static_cast<const Owner*>(owner)); };
    field.set = [write](void* owner, const FieldValue& value) {
      write(*static_cast<Owner*>(owner), std::get<std::string>(value));
    };
    return field;
  }

  template <class Nested>
  Field& object(std::string_view name, Nested Owner::*member, FieldsOf<Nested> fields, std::string_view doc) {
    Field& field = add(Field::Kind::object, name, doc);
    field.fields = std::move(fields).take();
    field.member = [member](void* owner) -> void* { return &(static_cast<Owner*>(owner)->*member); };
    return field;
  }

  /// An object of the file whose values the struct holds itself.
  Field& group(std::string_view name, FieldsOf<Owner> fields, std::string_view doc) {
    Field& field = add(Field::Kind::object, name, doc);
    field.fields = std::move(fields).take();
    field.member = [](void* owner) { return owner; };
    return field;
  }

  template <class Item>
  Field& list(std::string_view name, std::vector<Item> Owner::*member, FieldsOf<Item> fields,
              std::string_view doc) {
    Field& field = add(Field::Kind::list, name, doc);
    field.fields = std::move(fields).take();
    field.clear = [member](void* owner) { (static_cast<Owner*>(owner)->*member).clear(); };
    field.append = [member](void* owner) -> void* {
      return &(static_cast<Owner*>(owner)->*member).emplace_back();
    };
    field.make_item = []() -> std::shared_ptr<void> { return std::make_shared<Item>(); };
    field.items = [member](void* owner) {
      std::vector<void*> pointers;
      for (Item& item : static_cast<Owner*>(owner)->*member) pointers.push_back(&item);
      return pointers;
    };
    return field;
  }

  [[nodiscard]] std::vector<Field> take() && { return std::move(fields_); }

 private:
  Field& add(Field::Kind kind, std::string_view name, std::string_view doc) {
    Field& field = fields_.emplace_back();
    field.kind = kind;
    field.name = name;
    field.doc = doc;
    return field;
  }

  /// `Value` is the alternative of FieldValue that carries the member's type.
  template <class Value, class Member>
  Field& bind(Field::Kind kind, std::string_view name, Member Owner::*member, std::string_view doc) {
    Field& field = add(kind, name, doc);
    field.get = [member](const void* owner) -> FieldValue {
      return static_cast<Value>(static_cast<const Owner*>(owner)->*member);
    };
    field.set = [member](void* owner, const FieldValue& value) {
      static_cast<Owner*>(owner)->*member = static_cast<Member>(std::get<Value>(value));
    };
    return field;
  }

  template <class Number>
  static Field& bounded(Field& field, Bounds bounds, Number Owner::* /*member*/) {
    assert(bounds.minimum >= static_cast<double>(std::numeric_limits<Number>::lowest()));
    assert(bounds.maximum <= static_cast<double>(std::numeric_limits<Number>::max()));
    field.minimum = bounds.minimum;
    field.maximum = bounds.maximum;
    return field;
  }

  std::vector<Field> fields_;
};

}  // namespace relay
