// Text in columns, for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ordo::cli {

// One line of a terminal: control characters become spaces, so that no text of a task can move the
// cursor or colour what follows.
[[nodiscard]] std::string one_line(std::string_view text);

// `text` in at most `columns` characters; the last one is "…" when it was cut.
[[nodiscard]] std::string fit(std::string_view text, std::size_t columns);

// Rows as long as `header`, which counts for the widths and is itself written when it is wanted.
// No line is longer than `columns` (0: no bound): first the last column is cut, then the widest,
// and column `whole` when nothing is left of the others.
[[nodiscard]] std::string table(const std::vector<std::string>& header, bool with_header,
                                const std::vector<std::vector<std::string>>& rows,
                                std::size_t columns, std::size_t whole = 0);

// "name: value" lines with the values under each other; lines of a value are indented.
[[nodiscard]] std::string listing(const std::vector<std::pair<std::string, std::string>>& values);

}  // namespace ordo::cli
