#include "ordo/copy_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/home_copy.h"
#include "cli/common.h"
#include "cli/progress.h"
#include "files/object_directory.h"
#include "ordo/config.h"
#include "ordo/home.h"
#include "ordo/settings.h"
#include "postgres/archive.h"
#include "postgres/objects.h"
#include "postgres/read_pool.h"
#include "sqlite/archive.h"
#include "system/clock.h"
#include "system/random.h"

namespace ordo::program {
namespace {

// Without a terminal: a copy may run for an hour, as a job whose log somebody follows.
constexpr base::Millis kBetweenLogLines{10'000};

// An object keeps the time of its last change: whoever puts it reads the time here.
class CopyClock : public ports::Clock {
 public:
  void set(base::WallTime time) { time_ = time; }
  [[nodiscard]] base::WallTime wall() const override { return time_ ? *time_ : machine_.wall(); }
  [[nodiscard]] base::MonoTime mono() const override { return machine_.mono(); }

 private:
  const system::SystemClock machine_;
  std::optional<base::WallTime> time_;
};

// The objects of one of the two homes.
class CopyObjects {
 public:
  static base::Result<std::unique_ptr<CopyObjects>> open(const Config& config) {
    auto made = std::make_unique<CopyObjects>();
    if (!config.postgres.empty()) {
      made->pool_ = std::make_unique<postgres::ReadPool>(postgres::copying_options(config.postgres),
                                                         1, made->clock_, made->random_);
      made->hold(std::make_unique<postgres::Objects>(*made->pool_, made->clock_));
      return made;
    }
    auto objects = files::ObjectDirectory::open(objects_directory(config.database), made->clock_);
    if (!objects) return base::fail(std::move(objects.error()));
    made->hold(std::move(*objects));
    return made;
  }
  [[nodiscard]] app::ObjectShelf shelf() { return {*store_, buckets_}; }
  CopyClock& clock() { return clock_; }

 private:
  template <class Store>
  void hold(std::unique_ptr<Store> store) {
    buckets_ = [kept = store.get()] { return kept->buckets(); };
    store_ = std::move(store);
  }

  CopyClock clock_;
  system::SystemRandom random_;
  std::unique_ptr<postgres::ReadPool> pool_;
  std::unique_ptr<ports::ObjectStore> store_;
  std::function<base::Result<std::vector<std::string>>()> buckets_;
};

base::Result<std::unique_ptr<ports::Archive>> open_source(const Config& config,
                                                          const ports::Clock& clock) {
  if (config.postgres.empty()) return sqlite::Archive::open(config.database);
  return postgres::Archive::open(config.postgres, clock);
}

base::Result<std::unique_ptr<ports::ArchiveTarget>> open_target(const Config& config,
                                                                const ports::Clock& clock) {
  if (config.postgres.empty()) return sqlite::Archive::open_target(config.database);
  return postgres::Archive::open_target(config.postgres, clock);
}

// The same however it was written.
std::string path_of(const Config& config) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::weakly_canonical(config.database, error);
  return error ? config.database : path.string();
}

base::Result<std::string> name_of(const Config& config, const ports::Clock& clock) {
  if (!config.postgres.empty()) return postgres::name_of_home(config.postgres, clock);
  return "sqlite:" + path_of(config);
}

bool are_same(const Config& one, const Config& other) {
  return one.postgres == other.postgres &&
         (!one.postgres.empty() || path_of(one) == path_of(other));
}

struct CopyChoices {
  std::string from;
  std::string to;
  bool take_back = false;
  bool json = false;
};

std::string shown(const app::CopyStep& step) {
  using enum app::CopyStep::Phase;
  if (step.phase == finishes) return cli::bar(step.done, step.total) + "  finishing";
  return fmt::format("{}  {} {}", cli::bar(step.done, step.total),
                     step.phase == compares ? "comparing" : "copying", step.what);
}

void print_copied(const std::vector<app::Copied>& all, bool json) {
  if (json) {
    std::string text;
    for (const app::Copied& one : all) {
      text += fmt::format(R"({}{{"name":"{}","count":{},"checksum":"{}"}})",
                          text.empty() ? "" : ",", one.name, one.count, one.checksum);
    }
    fmt::print("{{\"copied\":[{}]}}\n", text);
    return;
  }
  if (all.empty()) return;
  fmt::print("{:<17}{:>12}  SHA-256, the same in both\n", "", "count");
  for (const app::Copied& one : all) {
    if (one.count > 0) {
      fmt::print("{:<17}{:>12}  {}\n", one.name, one.count, one.checksum.substr(0, 32));
    }
  }
}

int copy_between(const Config& source, const Config& target, bool json,
                 const cli::Environment& environment) {
  // The source first: what is not there must not leave a target behind.
  const system::SystemClock clock;
  const auto from = open_source(source, clock);
  if (!from) return cli::complain(from.error());
  const auto to = open_target(target, clock);
  if (!to) return cli::complain(to.error());
  const auto old_objects = CopyObjects::open(source);
  if (!old_objects) return cli::complain(old_objects.error());
  const auto new_objects = CopyObjects::open(target);
  if (!new_objects) return cli::complain(new_objects.error());
  const auto old_name = name_of(source, clock);
  if (!old_name) return cli::complain(old_name.error());
  const auto new_name = name_of(target, clock);
  if (!new_name) return cli::complain(new_name.error());

  cli::Progress progress(environment, kBetweenLogLines);
  const auto copied =
      app::copy_home({*old_name, **from, (*old_objects)->shelf()},
                     {*new_name, **to, (*new_objects)->shelf(),
                      [&new_objects](base::WallTime time) { (*new_objects)->clock().set(time); }},
                     [&progress, &environment](const app::CopyStep& step) {
                       const bool last = step.phase == app::CopyStep::Phase::finishes;
                       if (progress.due() || (last && environment.progress)) {
                         progress.show(shown(step));
                       }
                     });
  progress.clear();
  if (!copied) return cli::complain(copied.error());
  print_copied(*copied, json);
  if (json) return cli::kDone;
  fmt::print("{} {}. No server starts at {} any more.\n",
             copied->empty() ? "An earlier run has copied all of it to" : "All of it is in",
             *new_name, *old_name);
  return cli::kDone;
}

int take_back(const Config& source, bool json) {
  const system::SystemClock clock;
  const auto from = open_source(source, clock);
  if (!from) return cli::complain(from.error());
  const auto name = name_of(source, clock);
  if (!name) return cli::complain(name.error());
  const auto moved = (*from)->moved_to();
  if (!moved) return cli::complain(moved.error());
  if (*moved) {
    if (const auto done = (*from)->take_back(); !done) return cli::complain(done.error());
  }
  if (json) {
    fmt::print("{{\"taken_back\":{}}}\n", moved->has_value());
  } else if (*moved) {
    fmt::print("Servers may start at {} again. Start none at {} any more, or tasks run twice.\n",
               *name, **moved);
  } else {
    fmt::print("The system in {} has not been moved.\n", *name);
  }
  return cli::kDone;
}

int copy(const CopyChoices& choices, const cli::Environment& environment) {
  if (!choices.take_back && choices.to.empty()) {
    return cli::complain_of_usage({base::ErrorCode::invalid, "--to says where", {}});
  }
  Faults faults;
  Config source;
  Config target;
  read_text("--from", "store", "url", choices.from, source, faults);
  if (!choices.take_back) read_text("--to", "store", "url", choices.to, target, faults);
  for (const std::string& fault : faults.lines) cli::tell(fault);
  if (!faults.lines.empty()) return cli::kWrongUsage;
  if (choices.take_back) return take_back(source, choices.json);
  if (are_same(source, target)) {
    return cli::complain_of_usage({base::ErrorCode::invalid, "--from and --to are the same", {}});
  }
  return copy_between(source, target, choices.json, environment);
}

}  // namespace

void add_copy_command(CLI::App& app, const cli::Environment& environment,
                      std::function<int()>& run) {
  const auto choices = cli::make_choices<CopyChoices>();
  CLI::App* const command =
      app.add_subcommand("copy", "Move a stopped system from one home to another");
  command->add_option("--from", choices->from, "sqlite:PATH or postgres://…")->required();
  CLI::Option* const to = command->add_option("--to", choices->to, "the same; must be new");
  CLI::Option* const back = command->add_flag(
      "--take-back", choices->take_back, "after a move that was a mistake: serve from here again");
  back->excludes(to);
  command->add_flag("--json", choices->json, "for machines");
  command->footer(
      "Tasks with their order and attempts, idempotency keys, dead letters, orders, executions\n"
      "with their history, schedules and objects. No server may run at either end; none starts\n"
      "at the new one before all is there and was compared. Broken off, it goes on where it was\n"
      "when it is run again. The old home keeps all it has, and no server starts there any more.\n"
      "Examples:\n"
      "  ordo copy --from sqlite:ordo-data/ordo.db --to postgres://ordo@db.example/ordo\n"
      "  ordo copy --from postgres:///ordo --to sqlite:elsewhere/ordo.db\n"
      "  ordo copy --take-back --from sqlite:ordo-data/ordo.db\n");
  command->callback([choices, &environment, &run] {
    run = [choices, &environment] { return copy(*choices, environment); };
  });
}

}  // namespace ordo::program
