#include "program.h"

#include <stdexcept>

namespace plugins {
namespace {

void remember(void* text, jv message) {
  auto& kept = *static_cast<std::string*>(text);
  const Value formatted(jq_format_error(message));
  if (kept.empty() && formatted.is(JV_KIND_STRING)) kept = formatted.text();
}

}  // namespace

Program::Program(const std::string& text) : state_(jq_init()) {
  if (state_ == nullptr) throw std::runtime_error("program: not enough memory");
  std::string why;
  jq_set_error_cb(state_, remember, &why);
  const bool compiled = jq_compile(state_, text.c_str()) != 0;
  jq_set_error_cb(state_, nullptr, nullptr);
  if (compiled) return;
  jq_teardown(&state_);
  throw std::invalid_argument("program: " + (why.empty() ? "is not jq" : why));
}

Program::~Program() { jq_teardown(&state_); }

void Program::start(Value input) { jq_start(state_, input.give(), 0); }

Value Program::next() {
  Value output(jq_next(state_));
  if (jq_halted(state_) != 0) throw std::runtime_error("the program halted");
  if (!output.is(JV_KIND_INVALID) || jv_invalid_has_msg(output.share()) == 0) return output;
  const Value message(jv_invalid_get_msg(output.give()));
  throw std::runtime_error(message.is(JV_KIND_STRING) ? message.text() : message.json());
}

}  // namespace plugins
