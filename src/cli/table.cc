#include "cli/table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/text.h"

namespace ordo::cli {
namespace {

constexpr std::string_view kGap = "  ";
constexpr std::size_t kLeastColumn = 5;

std::string padded(std::string text, std::size_t width) {
  const std::size_t has = base::count_characters(text);
  if (has < width) text.append(width - has, ' ');
  return text;
}

// Makes rows at most `columns` long, as far as no column becomes narrower than is of use: first the
// last column, then whichever is the widest, `whole` at the very end.
void squeeze(std::vector<std::size_t>& widths, std::size_t columns, std::size_t whole) {
  const std::size_t wanted =
      std::accumulate(widths.begin(), widths.end(), (widths.size() - 1) * kGap.size());
  std::size_t excess = wanted > columns ? wanted - columns : 0;
  const auto take_from = [&excess](std::size_t& width, std::size_t least) {
    const std::size_t taken = std::min(excess, width > least ? width - least : 0);
    width -= taken;
    excess -= taken;
  };
  take_from(widths.back(), kLeastColumn);
  const auto room = [&](std::size_t i) { return i == whole ? 0 : widths[i]; };
  while (excess > 0) {
    std::size_t widest = 0;
    for (std::size_t i = 1; i < widths.size(); ++i) {
      if (room(i) > room(widest)) widest = i;
    }
    if (room(widest) <= kLeastColumn) break;
    take_from(widths[widest], widths[widest] - 1);
  }
  take_from(widths[whole], kLeastColumn);
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
                  const std::vector<std::vector<std::string>>& rows, std::size_t columns,
                  std::size_t whole) {
  std::vector<std::size_t> widths;
  widths.reserve(header.size());
  for (const std::string& name : header) widths.push_back(base::count_characters(name));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], base::count_characters(row[i]));
    }
  }
  if (columns != 0) squeeze(widths, columns, whole);
  std::string out;
  const auto add = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += kGap;
      line += padded(fit(row[i], widths[i]), widths[i]);
    }
    while (line.ends_with(' ')) line.pop_back();
    out += (columns == 0 ? line : fit(line, columns)) + "\n";
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
