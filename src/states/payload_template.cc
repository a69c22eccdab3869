#include "states/payload_template.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json_pointer.h"
#include "base/json_tree.h"
#include "base/limits.h"
#include "base/text.h"

namespace ordo::states {

struct PayloadTemplate::Node {
  struct Constant {
    Json value;
    std::size_t bytes;
  };
  struct Computed {
    Expression expression;
    std::string field;  // with its ".$"
  };
  struct Member {
    std::string name;
    std::size_t bytes;  // of the name, its quotes and its colon
    std::unique_ptr<const Node> value;
  };
  using Members = std::vector<Member>;
  using Elements = std::vector<std::unique_ptr<const Node>>;

  std::variant<Constant, Computed, Members, Elements> what;

  [[nodiscard]] bool is_constant() const { return std::holds_alternative<Constant>(what); }
};

namespace {

constexpr std::string_view kComputed = ".$";
constexpr std::size_t kMaxFaults = 100;

std::string pointer_in_template(const std::string& parent, std::string_view name) {
  std::string out = parent;
  base::append_pointer_step(out, name);
  return out;
}

Fault template_too_large(std::string_view field) {
  return {kDataLimitExceeded,
          fmt::format("The payload template{}{}{} has a size exceeding the maximum number of bytes "
                      "service limit ({}).",
                      field.empty() ? "" : " with its field '", field, field.empty() ? "" : "'",
                      kMaxStateBytes)};
}

}  // namespace

// Reads a template and keeps all that is wrong with it.
class PayloadTemplate::Reader {
 public:
  using Slot = std::unique_ptr<const Node>;

  // NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
  Slot read(const Json& source, const std::string& pointer) {
    Node node{Node::Elements()};
    if (source.is_object()) {
      node.what = members(source.get_object(), pointer);
    } else if (source.is_array()) {
      node.what = elements(source.get_array(), pointer);
    }
    if (!is_computed(node)) {
      node.what = Node::Constant{source, base::json_tree_bytes(source, kMaxStateBytes)};
    }
    return std::make_unique<const Node>(std::move(node));
  }
  [[nodiscard]] std::vector<base::FieldError> take_faults() { return std::move(faults_); }

 private:
  static bool is_computed(const Node& node) {
    if (const auto* members = std::get_if<Node::Members>(&node.what)) {
      for (const Node::Member& member : *members) {
        if (!member.value->is_constant()) return true;
      }
    }
    if (const auto* elements = std::get_if<Node::Elements>(&node.what)) {
      for (const Slot& element : *elements) {
        if (!element->is_constant()) return true;
      }
    }
    return false;
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
  Node::Members members(const boost::json::object& source, const std::string& pointer) {
    Node::Members members;
    members.reserve(source.size());
    for (const auto& member : source) {
      std::string_view name = member.key();
      const std::string here = pointer_in_template(pointer, name);
      Slot value;
      if (name.ends_with(kComputed)) {
        name.remove_suffix(kComputed.size());
        if (source.contains(name)) {
          complain(here, "duplicate", fmt::format("comes to one name with '{}'", name));
        }
        value = computed(member.value(), member.key(), here);
      } else {
        value = read(member.value(), here);
      }
      if (!value) continue;
      members.push_back({std::string(name),
                         base::json_tree_bytes(boost::json::string(name), kMaxStateBytes) + 1,
                         std::move(value)});
    }
    return members;
  }

  Slot computed(const Json& source, std::string_view field, const std::string& pointer) {
    if (!source.is_string()) {
      complain(pointer, "invalid", "a member whose name ends in \".$\" must be a string");
      return nullptr;
    }
    base::Result<Expression> expression = Expression::parse(source.get_string());
    if (!expression) {
      complain(pointer, "invalid", std::move(expression.error().message));
      return nullptr;
    }
    Node node{Node::Computed{*std::move(expression), std::string(field)}};
    return std::make_unique<const Node>(std::move(node));
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
  Node::Elements elements(const boost::json::array& source, const std::string& pointer) {
    Node::Elements elements;
    elements.reserve(source.size());
    for (std::size_t i = 0; i < source.size(); ++i) {
      elements.push_back(read(source[i], fmt::format("{}/{}", pointer, i)));
    }
    return elements;
  }

  void complain(std::string pointer, std::string code, std::string message) {
    if (faults_.size() < kMaxFaults) {
      faults_.push_back({std::move(pointer), std::move(code), std::move(message)});
    }
  }

  std::vector<base::FieldError> faults_;
};

// Fills a template, within the bytes of a state.
class PayloadTemplate::Filler {
 public:
  explicit Filler(const Scope& scope) : scope_(scope) {}

  // NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
  Outcome<Json> fill(const Node& node) {
    if (const auto* constant = std::get_if<Node::Constant>(&node.what)) {
      if (!take(constant->bytes)) return std::unexpected(template_too_large({}));
      return constant->value;
    }
    if (const auto* computed = std::get_if<Node::Computed>(&node.what)) {
      return computed->expression.evaluate(scope_, computed->field, bytes_left_);
    }
    if (const auto* members = std::get_if<Node::Members>(&node.what)) return fill(*members);
    return fill(std::get<Node::Elements>(node.what));
  }

 private:
  bool take(std::size_t bytes) {
    if (bytes > bytes_left_) return false;
    bytes_left_ -= bytes;
    return true;
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
  Outcome<Json> fill(const Node::Members& members) {
    if (!take(members.size() + 1)) return std::unexpected(template_too_large({}));
    boost::json::object out;
    out.reserve(members.size());
    for (const Node::Member& member : members) {
      if (!take(member.bytes)) return std::unexpected(template_too_large(member.name));
      Outcome<Json> value = fill(*member.value);
      if (!value) return value;
      out.emplace(member.name, std::move(*value));
    }
    return out;
  }
  // NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
  Outcome<Json> fill(const Node::Elements& elements) {
    if (!take(elements.size() + 1)) return std::unexpected(template_too_large({}));
    boost::json::array out;
    out.reserve(elements.size());
    for (const auto& element : elements) {
      Outcome<Json> value = fill(*element);
      if (!value) return value;
      out.push_back(std::move(*value));
    }
    return out;
  }

  const Scope& scope_;
  std::size_t bytes_left_ = kMaxStateBytes;
};

base::Result<PayloadTemplate> PayloadTemplate::parse(const Json& source) {
  Reader reader;
  std::unique_ptr<const Node> root = reader.read(source, "");
  std::vector<base::FieldError> faults = reader.take_faults();
  if (faults.empty()) return PayloadTemplate(std::move(root));
  base::Error error{base::ErrorCode::invalid, faults.front().message, std::move(faults)};
  return base::fail(std::move(error));
}

bool PayloadTemplate::is_constant() const {
  return root_->is_constant();
}

namespace {

// NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
template <class Node, class Visit>
void each_computed(const Node& node, const Visit& visit) {
  if (const auto* computed = std::get_if<typename Node::Computed>(&node.what)) {
    visit(computed->expression);
  } else if (const auto* members = std::get_if<typename Node::Members>(&node.what)) {
    for (const auto& member : *members) each_computed(*member.value, visit);
  } else if (const auto* elements = std::get_if<typename Node::Elements>(&node.what)) {
    for (const auto& element : *elements) each_computed(*element, visit);
  }
}

}  // namespace

void PayloadTemplate::each_path(const std::function<void(const JsonPath&)>& visit) const {
  each_computed(*root_, [&](const Expression& expression) { expression.each_path(visit); });
}

Outcome<Json> PayloadTemplate::evaluate(const Scope& scope) const {
  Outcome<Json> filled = Filler(scope).fill(*root_);
  if (filled && !is_constant() && base::json_tree_depth(*filled) > base::kMaxJsonDepth) {
    return fault(kRuntime, fmt::format("The payload template comes to more than {} levels",
                                       base::kMaxJsonDepth));
  }
  return filled;
}

}  // namespace ordo::states
