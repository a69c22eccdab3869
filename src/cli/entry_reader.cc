#include "cli/entry_reader.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "base/text.h"

namespace ordo::cli {
namespace {

bool is_space(int c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

int EntryReader::get() {
  if (pending_ != EOF) return std::exchange(pending_, EOF);
  const int c = getc_unlocked(file_);
  if (c != EOF) ++bytes_;
  return c;
}

int EntryReader::get_past_space() {
  int c = get();
  while (is_space(c)) c = get();
  return c;
}

std::string EntryReader::place() const {
  return fmt::format("{} {}", is_array_ ? "order" : "line", number_);
}

base::Result<bool> EntryReader::next(std::string& entry) {
  if (form_ == Form::unknown) {
    int c = get();
    for (; is_space(c); c = get()) number_ += c == '\n' ? 1 : 0;
    is_array_ = c == '[';
    form_ = is_array_ ? Form::array : Form::lines;
    if (is_array_) {
      number_ = 0;
    } else {
      pending_ = c;
    }
  }
  if (form_ == Form::ended) return false;
  return is_array_ ? next_element(entry) : next_line(entry);
}

base::Result<void> EntryReader::take(int c, std::string& entry) {
  if (entry.size() >= max_bytes_) {
    return base::fail(base::ErrorCode::too_large,
                      fmt::format("{}: longer than {} bytes", place(), max_bytes_));
  }
  entry.push_back(static_cast<char>(c));
  return {};
}

base::Result<bool> EntryReader::next_line(std::string& entry) {
  do {
    entry.clear();
    int c = get();
    if (c == EOF) return false;
    ++number_;
    for (; c != EOF && c != '\n'; c = get()) {
      if (const auto taken = take(c, entry); !taken) return base::fail(taken.error());
    }
  } while (base::trim(entry).empty());
  return true;
}

base::Result<bool> EntryReader::next_element(std::string& entry) {
  int c = get_past_space();
  if (c == ']' && number_ == 0) {
    form_ = Form::ended;
    c = get_past_space();
    if (c == EOF) return false;
    return base::fail(base::ErrorCode::invalid, "there is something behind the end of the array");
  }
  ++number_;
  if (const auto taken = take_element(c, entry); !taken) return base::fail(taken.error());
  return true;
}

// `first` to the comma or the bracket that ends it; what follows the last one is looked at, too.
base::Result<void> EntryReader::take_element(int first, std::string& entry) {
  entry.clear();
  std::size_t depth = 0;
  bool in_string = false;
  bool escaped = false;
  for (int c = first; c != EOF; c = get()) {
    const bool ends = !in_string && depth == 0 && (c == ',' || c == ']');
    if (ends && c == ']') {
      form_ = Form::ended;
      if (get_past_space() == EOF) return {};
      return base::fail(base::ErrorCode::invalid, "there is something behind the end of the array");
    }
    if (ends) return {};
    if (in_string) {
      in_string = escaped || c != '"';
      escaped = !escaped && c == '\\';
    } else {
      in_string = c == '"';
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && depth > 0) --depth;
    }
    if (const auto taken = take(c, entry); !taken) return taken;
  }
  return base::fail(base::ErrorCode::invalid, fmt::format("{}: the array has no end", place()));
}

}  // namespace ordo::cli
