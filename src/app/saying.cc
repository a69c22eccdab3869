#include "app/saying.h"

#include <charconv>
#include <utility>

#include "base/json.h"

namespace ordo::app {

Saying::Saying(std::string_view what) {
  add("say", what);
}

Saying& Saying::add(std::string_view name, std::string_view text) {
  text_ += text_.empty() ? '{' : ',';
  base::append_json_string(text_, name);
  text_ += ':';
  base::append_json_string(text_, text);
  return *this;
}

// As a text: a number of JSON need not keep all its digits.
Saying& Saying::add(std::string_view name, std::uint64_t number) {
  return add(name, std::string_view(std::to_string(number)));
}

std::string text_of(std::vector<Saying> all) {
  std::string text = "[";
  for (Saying& one : all) {
    if (text.size() > 1) text += ',';
    text += std::move(one).text();
  }
  return text + "]";
}

base::Result<Said> Said::parse(std::string_view text) {
  auto parameters = CallParameters::parse(text);
  if (!parameters) return base::fail(std::move(parameters.error()));
  return Said(std::move(*parameters));
}

std::string Said::text(std::string_view name) const {
  return parameters_.text(name).value_or("");
}

std::uint64_t Said::number(std::string_view name) const {
  const std::string digits = text(name);
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::vector<Said> all_said(std::string_view text) {
  std::vector<Said> all;
  const auto elements = base::parse_json_array(text);
  if (!elements) return all;
  for (const base::JsonMember& element : *elements) {
    if (auto said = Said::parse(element.text)) all.push_back(std::move(*said));
  }
  return all;
}

}  // namespace ordo::app
