#include "ordo/doctor.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/json.h"
#include "cli/exit_codes.h"
#include "ordo/finding.h"
#include "ordo/home.h"
#include "ordo/shared_doctor.h"
#include "sqlite/home.h"
#include "system/clock.h"

namespace ordo::program {
namespace {

namespace fs = std::filesystem;

// Where the database is, or the nearest directory above it: what is not there yet would be made.
fs::path nearest_directory(const std::string& database) {
  std::error_code ignored;
  fs::path directory = fs::absolute(database, ignored).parent_path();
  while (!fs::exists(directory, ignored) && directory.has_relative_path()) {
    directory = directory.parent_path();
  }
  return directory;
}

Finding check_directory(const std::string& database) {
  std::error_code error;
  const fs::path directory = nearest_directory(database);
  const bool writable = access(directory.c_str(), W_OK) == 0;
  const auto space = fs::space(directory, error);
  if (!writable) return {"data directory", false, directory.string() + " is not writable"};
  constexpr std::uintmax_t kWanted = 256UL * 1024 * 1024;
  const fs::path wanted = fs::absolute(database, error).parent_path();
  const std::string made =
      directory == wanted ? "" : fmt::format("; {} would be made", wanted.string());
  return {"data directory", space.available >= kWanted,
          fmt::format("{} MB free{}", space.available / (1024 * 1024), made)};
}

Finding check_schema(const std::string& database) {
  const auto state = sqlite::schema_state(database);
  if (!state) return {"schema", false, state.error().message};
  return {"schema", true, fmt::format("{} of {}", state->current, state->newest)};
}

Finding check_contents(const std::string& database) {
  std::error_code ignored;
  if (!fs::exists(database, ignored)) return {"integrity", true, "there is no database yet"};
  const auto sound = sqlite::check_integrity(database);
  return {"integrity", sound.has_value(), sound ? "sound" : sound.error().message};
}

Finding check_objects(const std::string& database) {
  const auto objects = find_objects(database);
  if (!objects) return {"objects", false, objects.error().message};
  if (objects->buckets == 0) return {"objects", true, "there are none yet"};
  return {"objects", true,
          fmt::format("{} bucket{} in {}", objects->buckets, objects->buckets == 1 ? "" : "s",
                      objects->directory)};
}

// A store of its own beside the data, or where the data would be, so that it works while a server
// has the database.
Finding check_commit(const std::string& database) {
  const fs::path path = nearest_directory(database) / fmt::format("doctor-{}.db", getpid());
  const system::SystemClock clock;
  Finding finding{"durable commit", true, ""};
  {
    const auto home = sqlite::Home::open({.path = path.string()});
    if (!home) return {"durable commit", false, home.error().message};
    const base::MonoTime began = clock.mono();
    constexpr int kCommits = 20;
    for (int i = 0; i < kCommits && finding.good; ++i) {
      const auto probed = (*home)->store().probe();
      if (!probed) finding = {"durable commit", false, probed.error().message};
    }
    const std::chrono::duration<double, std::milli> took = clock.mono() - began;
    if (finding.good) finding.says = fmt::format("{:.2f} ms each", took.count() / kCommits);
  }
  std::error_code ignored;
  for (const char* end : {"", "-wal", "-shm", ".lock", "-lock"}) {
    fs::remove(path.string() + end, ignored);
  }
  return finding;
}

std::vector<Finding> check_embedded_home(const std::string& database) {
  return {check_directory(database), check_schema(database), check_contents(database),
          check_objects(database), check_commit(database)};
}

Finding check_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t kWanted = 1024;
  return {"open files", limit.rlim_cur >= kWanted, fmt::format("limit {}", limit.rlim_cur)};
}

}  // namespace

base::Result<StoredObjects> find_objects(const std::string& database) {
  const fs::path directory = objects_directory(database);
  StoredObjects found{directory.string()};
  std::error_code error;
  if (!fs::exists(directory, error)) return found;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) ++found.buckets;
  }
  if (!error) return found;
  return base::fail(base::ErrorCode::internal,
                    fmt::format("{} cannot be read: {}", found.directory, error.message()));
}

int doctor(const Config& config, bool json) {
  std::vector<Finding> findings =
      config.postgres.empty() ? check_embedded_home(config.database) : check_shared_home(config);
  findings.push_back(check_files());
  bool good = true;
  std::string out = "[";
  std::size_t width = 16;
  for (const Finding& finding : findings) width = std::max(width, finding.check.size());
  for (const Finding& finding : findings) {
    good = good && finding.good;
    if (!json) {
      fmt::print("{:<{}} {:<7} {}\n", finding.check, width, finding.good ? "ok" : "FAILED",
                 finding.says);
      continue;
    }
    if (out.size() > 1) out.push_back(',');
    out += R"({"check":)";
    base::append_json_string(out, finding.check);
    out += finding.good ? R"(,"ok":true,"says":)" : R"(,"ok":false,"says":)";
    base::append_json_string(out, finding.says);
    out.push_back('}');
  }
  if (json) fmt::print("{}]\n", out);
  return good ? cli::kDone : cli::kFailed;
}

}  // namespace ordo::program
