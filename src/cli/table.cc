#include "cli/table.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace ordo::cli {
namespace {

constexpr std::string_view kGap = "  ";
constexpr std::size_t kLeastLastColumn = 5;

std::string padded(std::string text, std::size_t width) {
  const std::size_t has = base::count_characters(text);
  if (has < width) text.append(width - has, ' ');
  return text;
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string out(text);
  if (!base::is_valid_utf8(out)) {
    // Some terminals take a lone byte from 80 on for a control character.
    std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    // U+0080 to U+009F are C2 80 to C2 9F.
    const bool second_control = byte == 0xC2 && i + 1 < out.size() &&
                                static_cast<unsigned char>(out[i + 1]) >= 0x80 &&
                                static_cast<unsigned char>(out[i + 1]) <= 0x9F;
    if (second_control) out[i + 1] = ' ';
    if (second_control || byte < 0x20 || byte == 0x7F) out[i] = ' ';
  }
  return out;
}

std::string fit(std::string_view text, std::size_t columns) {
  if (base::count_characters(text) <= columns) return std::string(text);
  std::size_t end = 0;
  for (std::size_t kept = 0; kept + 1 < columns; ++kept) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  }
  return columns == 0 ? "" : std::string(text.substr(0, end)) + "…";
}

std::string table(const std::vector<std::string>& header, bool with_header,
                  const std::vector<std::vector<std::string>>& rows, std::size_t columns) {
  std::vector<std::size_t> widths;
  widths.reserve(header.size());
  for (const std::string& name : header) widths.push_back(base::count_characters(name));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], base::count_characters(row[i]));
    }
  }
  std::size_t before_last = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) before_last += widths[i] + kGap.size();
  if (columns != 0) {
    const std::size_t left = columns > before_last ? columns - before_last : 0;
    widths.back() = std::min(widths.back(), std::max(left, kLeastLastColumn));
  }
  std::string out;
  const auto add = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) (out += padded(row[i], widths[i])) += kGap;
    out += fit(row.back(), widths.back());
    while (out.ends_with(' ')) out.pop_back();
    out.push_back('\n');
  };
  if (with_header) add(header);
  for (const auto& row : rows) add(row);
  return out;
}

std::string listing(const std::vector<std::pair<std::string, std::string>>& values) {
  std::size_t width = 0;
  for (const auto& [name, value] : values) width = std::max(width, name.size());
  std::string out;
  for (const auto& [name, value] : values) {
    out += padded(one_line(name), width + kGap.size());
    std::size_t begin = 0;
    while (begin <= value.size()) {
      const std::size_t end = std::min(value.find('\n', begin), value.size());
      if (begin != 0) out.append(width + kGap.size(), ' ');
      out += one_line(std::string_view(value).substr(begin, end - begin));
      while (out.ends_with(' ')) out.pop_back();
      out.push_back('\n');
      begin = end + 1;
    }
  }
  return out;
}

}  // namespace ordo::cli
