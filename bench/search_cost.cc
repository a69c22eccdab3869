// What finding text costs: an FTS5 index kept in the transaction that accepts, against a bounded
// scan when somebody asks. Prints a table; the decision is docs/adr/0003.
#include <fmt/format.h>
#include <stdlib.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "ports/task_reads.h"
#include "sqlite/connection.h"
#include "sqlite/migrations.h"
#include "sqlite/read_connection.h"

namespace ordo {
namespace {

constexpr std::int64_t kTasks = 200'000;
constexpr std::int64_t kBatch = 128;
constexpr const char* kPragmas =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192;";

template <class T>
T must(base::Result<T> result) {
  if (!result) fmt::print(stderr, "{}\n", result.error().message);
  ORDO_ASSERT(result.has_value());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

double seconds_of(auto work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Words as people and programs write them: some everywhere, most of them rare.
std::string words(std::mt19937_64& random, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t word = random() % 3 == 0 ? random() % 50 : random() % 100'000;
    text += fmt::format("w{:x} ", word * 2'654'435'761U);
  }
  return text;
}

double fill(sqlite::Connection& db, bool indexed) {
  sqlite::Statement insert = must(db.prepare(
      "INSERT INTO tasks (seq, id, queue, lane, status, priority, attempts, max_attempts, version, "
      "created_at, updated_at, traceparent, title, description, payload) "
      "VALUES (?, ?, 'tasks', 'main', 0, 1, 0, 3, 1, 0, 0, '', ?, ?, ?)"));
  sqlite::Statement index;
  if (indexed) {
    index = must(
        db.prepare("INSERT INTO search (rowid, title, description, payload) VALUES (?, ?, ?, ?)"));
  }
  std::mt19937_64 random(1);
  double seconds = 0;
  for (std::int64_t seq = 1; seq <= kTasks; seq += kBatch) {
    std::vector<std::array<std::string, 3>> texts;
    for (std::int64_t i = 0; i < kBatch; ++i) {
      texts.push_back(
          {words(random, 4), words(random, 12),
           fmt::format(R"({{"customer":"{}","note":"{}"}})", random(), words(random, 8))});
    }
    seconds += seconds_of([&] {
      sqlite::Transaction transaction = must(sqlite::Transaction::begin(db));
      std::int64_t at = seq;
      for (const auto& [title, description, payload] : texts) {
        const std::string id = fmt::format("0192f000-0000-7000-8000-{:012x}", at);
        must(insert.bind(at)
                 .bind(std::string_view(id))
                 .bind(std::string_view(title))
                 .bind(std::string_view(description))
                 .bind(std::string_view(payload))
                 .run("add"));
        if (indexed) {
          must(index.bind(at)
                   .bind(std::string_view(title))
                   .bind(std::string_view(description))
                   .bind(std::string_view(payload))
                   .run("index"));
        }
        ++at;
      }
      must(transaction.commit());
    });
  }
  return seconds;
}

void scan(const std::string& path) {
  auto reader = must(sqlite::ReadConnection::open(path, ""));
  ports::TaskFilter filter;
  filter.text = "not in any task";
  std::optional<domain::Sequence> before;
  int pages = 0;
  const double seconds = seconds_of([&] {
    do {
      before = must(reader->tasks().list(filter, before, 50)).next_before;
      ++pages;
    } while (before);
  });
  fmt::print("bounded scan, no match: {:.1f} ms a call, {:.2f} us a task\n", seconds / pages * 1e3,
             seconds / kTasks * 1e6);
}

void run(const std::string& directory) {
  struct Variant {
    const char* name;
    const char* tokenizer;
  };
  double plain = 0;
  fmt::print("{:<28}{:>12}{:>9}{:>10}\n", "on the accept path", "adds/s", "ratio", "MB");
  for (const Variant& variant : {Variant{"no index", nullptr}, Variant{"FTS5, words", "unicode61"},
                                 Variant{"FTS5, trigram (substrings)", "trigram"}}) {
    const std::string path = fmt::format("{}/{}.db", directory, variant.name);
    auto db = must(sqlite::Connection::open(path, sqlite::Access::create));
    must(db.execute(kPragmas));
    must(sqlite::migrate(db));
    if (variant.tokenizer != nullptr) {
      must(
          db.execute(fmt::format("CREATE VIRTUAL TABLE search USING fts5(title, description, "
                                 "payload, content='', tokenize='{}')",
                                 variant.tokenizer)));
    }
    const double rate = static_cast<double>(kTasks) / fill(db, variant.tokenizer != nullptr);
    if (variant.tokenizer == nullptr) plain = rate;
    must(db.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    fmt::print("{:<28}{:>12.0f}{:>9.2f}{:>10.0f}\n", variant.name, rate, rate / plain,
               static_cast<double>(std::filesystem::file_size(path)) / 1e6);
    std::fflush(stdout);
  }
  scan(directory + "/no index.db");
}

}  // namespace
}  // namespace ordo

int main() {
  std::string directory = (std::filesystem::temp_directory_path() / "search_cost-XXXXXX").string();
  ORDO_ASSERT(::mkdtemp(directory.data()) != nullptr);
  ordo::run(directory);
  std::filesystem::remove_all(directory);
}
