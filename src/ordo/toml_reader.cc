#include "ordo/toml_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/nearest.h"

namespace ordo::program {

void Faults::add(const toml::node* node, std::string_view what, std::string_view key,
                 std::string_view message) {
  const auto line = node == nullptr ? 0 : node->source().begin.line;
  const std::string where = line == 0 ? file : fmt::format("{}:{}", file, line);
  lines.push_back(
      fmt::format("{}: {}{}{}: {}", where, what, what.empty() ? "" : " ", key, message));
}

TableReader::TableReader(const toml::table* table, std::string name, Faults& faults)
    : table_(table), name_(std::move(name)), faults_(faults) {}

TableReader::~TableReader() {
  if (table_ == nullptr) return;
  for (const auto& [key, node] : *table_) {
    if (known_.contains(key.str())) continue;
    const std::string_view meant = base::nearest(key.str(), known_);
    faults_.add(&node, name_, key.str(),
                meant.empty() ? std::string("unknown key")
                              : fmt::format("unknown key; did you mean {}?", meant));
  }
}

const toml::node* TableReader::take(std::string_view key) {
  known_.emplace(key);
  return table_ == nullptr ? nullptr : table_->get(key);
}

bool TableReader::has(std::string_view key) const {
  return table_ != nullptr && table_->contains(key);
}

void TableReader::complain(std::string_view key, std::string_view message) {
  if (!told_.emplace(key).second) return;
  faults_.add(table_ == nullptr ? nullptr : table_->get(key), name_, key, message);
}

void TableReader::ignore_rest() {
  if (table_ == nullptr) return;
  for (const auto& [key, node] : *table_) known_.emplace(key.str());
}

void TableReader::text(std::string_view key, std::string& target) {
  const toml::node* const node = take(key);
  if (node == nullptr) return;
  if (const auto value = node->value_exact<std::string>()) {
    target = *value;
  } else {
    complain(key, "a text in quotes is wanted");
  }
}

void TableReader::choice(std::string_view key, std::string& target,
                         std::initializer_list<std::string_view> choices) {
  std::string value = target;
  text(key, value);
  if (std::ranges::find(choices, value) != choices.end()) {
    target = value;
  } else {
    complain(key, fmt::format("\"{}\" is not one of {}", value, fmt::join(choices, ", ")));
  }
}

void TableReader::flag(std::string_view key, bool& target) {
  const toml::node* const node = take(key);
  if (node == nullptr) return;
  if (const auto value = node->value_exact<bool>()) {
    target = *value;
  } else {
    complain(key, "true or false is wanted");
  }
}

void TableReader::number(std::string_view key, double& target, double min, double max) {
  const toml::node* const node = take(key);
  if (node == nullptr) return;
  const auto value = node->is_number() ? node->value<double>() : std::nullopt;
  if (value && *value >= min && *value <= max) {
    target = *value;
  } else {
    complain(key, fmt::format("a number from {} to {} is wanted", min, max));
  }
}

bool TableReader::read_integer(std::string_view key, std::int64_t& target, std::int64_t min,
                               std::int64_t max) {
  const toml::node* const node = take(key);
  if (node == nullptr) return false;
  const auto value = node->value_exact<std::int64_t>();
  if (!value || *value < min || *value > max) {
    complain(key, fmt::format("a whole number from {} to {} is wanted", min, max));
    return false;
  }
  target = *value;
  return true;
}

void TableReader::duration(std::string_view key, base::Millis& target, base::Millis min,
                           base::Millis max) {
  const toml::node* const node = take(key);
  if (node == nullptr) return;
  if (!node->is_string()) return complain(key, "a duration in quotes is wanted, such as \"2s\"");
  std::string written;
  text(key, written);
  const base::Result<base::Millis> value = parse_duration(written);
  if (!value) return complain(key, value.error().message);
  if (*value < min || *value > max) {
    return complain(key, fmt::format("\"{}\" is outside {} to {}", written, duration_text(min),
                                     duration_text(max)));
  }
  target = *value;
}

void TableReader::texts(std::string_view key, std::vector<std::string>& target) {
  const toml::node* const node = take(key);
  if (node == nullptr) return;
  const toml::array* const array = node->as_array();
  if (array == nullptr) return complain(key, "a list of texts is wanted");
  std::vector<std::string> values;
  for (const toml::node& element : *array) {
    const auto value = element.value_exact<std::string>();
    if (!value) return complain(key, "a list of texts is wanted");
    values.push_back(*value);
  }
  target = std::move(values);
}

const toml::table* TableReader::table(std::string_view key) {
  const toml::node* const node = take(key);
  if (node == nullptr) return nullptr;
  if (node->as_table() == nullptr) complain(key, "a table is wanted");
  return node->as_table();
}

}  // namespace ordo::program
