#include "app/http_call_form.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "base/percent.h"

namespace ordo::app {
namespace {

using base::JsonKind;
using base::JsonMember;

class Form {
 public:
  explicit Form(FormArrays arrays) : arrays_(arrays) {}

  bool add_members(const std::string& outer, const std::vector<JsonMember>& members) {
    for (const JsonMember& member : members) {
      const std::string name =
          outer.empty() ? member.key : fmt::format("{}[{}]", outer, member.key);
      if (!add(name, member)) return false;
    }
    return true;
  }
  std::string take() { return std::move(text_); }

 private:
  bool add(const std::string& name, const JsonMember& member) {
    if (member.kind == JsonKind::object) {
      const auto members = base::parse_json_object(member.text);
      return members && add_members(name, *members);
    }
    if (member.kind == JsonKind::array) {
      const auto elements = base::parse_json_array(member.text);
      return elements && add_elements(name, *elements);
    }
    begin(name);
    text_ += base::percent_encode(form_value(member).value_or(""));
    return true;
  }

  bool add_elements(const std::string& name, const std::vector<JsonMember>& elements) {
    if (arrays_ == FormArrays::commas) return add_list(name, elements);
    for (std::size_t i = 0; i < elements.size(); ++i) {
      std::string own = name;
      if (arrays_ == FormArrays::indices) own += fmt::format("[{}]", i);
      if (arrays_ == FormArrays::brackets) own += "[]";
      if (!add(own, elements[i])) return false;
    }
    return true;
  }

  bool add_list(const std::string& name, const std::vector<JsonMember>& elements) {
    begin(name);
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto value = form_value(elements[i]);
      if (!value) return false;
      if (i != 0) text_.push_back(',');
      text_ += base::percent_encode(*value);
    }
    return true;
  }

  void begin(const std::string& name) {
    if (!text_.empty()) text_.push_back('&');
    text_ += base::percent_encode(name);
    text_.push_back('=');
  }

  const FormArrays arrays_;
  std::string text_;
};

}  // namespace

std::optional<FormArrays> form_arrays_named(std::string_view name) noexcept {
  if (name == "INDICES") return FormArrays::indices;
  if (name == "REPEAT") return FormArrays::repeat;
  if (name == "COMMAS") return FormArrays::commas;
  if (name == "BRACKETS") return FormArrays::brackets;
  return std::nullopt;
}

std::optional<std::string> form_value(const JsonMember& member) {
  switch (member.kind) {
    case JsonKind::string:
    case JsonKind::number:
    case JsonKind::boolean:
      return member.text;
    default:
      return std::nullopt;
  }
}

std::optional<std::string> form_of(const std::vector<JsonMember>& members, FormArrays arrays) {
  Form form(arrays);
  if (!form.add_members("", members)) return std::nullopt;
  return form.take();
}

}  // namespace ordo::app
