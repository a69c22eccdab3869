#include "ordo/copy_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
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

// One of the two homes, opened for copying.
class End {
 public:
  virtual ~End() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual ports::ArchiveTarget& rows() = 0;
  [[nodiscard]] virtual app::ObjectShelf objects() = 0;
  CopyClock& clock() { return clock_; }

 private:
  CopyClock clock_;
};

class EmbeddedEnd : public End {
 public:
  static base::Result<std::unique_ptr<End>> open(const std::string& database, bool target) {
    auto end = std::make_unique<EmbeddedEnd>();
    auto rows = target ? sqlite::Archive::open_target(database) : sqlite::Archive::open(database);
    if (!rows) return base::fail(std::move(rows.error()));
    end->rows_ = std::move(*rows);
    auto objects = files::ObjectDirectory::open(objects_directory(database), end->clock());
    if (!objects) return base::fail(std::move(objects.error()));
    end->objects_ = std::move(*objects);
    std::error_code error;
    end->path_ = std::filesystem::canonical(database, error).string();
    return end;
  }
  [[nodiscard]] std::string name() const override { return "sqlite:" + path_; }
  [[nodiscard]] ports::ArchiveTarget& rows() override { return *rows_; }
  [[nodiscard]] app::ObjectShelf objects() override {
    return {*objects_, [this] { return objects_->buckets(); }};
  }

 private:
  std::string path_;
  std::unique_ptr<sqlite::Archive> rows_;
  std::unique_ptr<files::ObjectDirectory> objects_;
};

class SharedEnd : public End {
 public:
  static base::Result<std::unique_ptr<End>> open(const std::string& url, bool target) {
    auto end = std::make_unique<SharedEnd>(url);
    auto rows = target ? postgres::Archive::open_target(url, end->clock())
                       : postgres::Archive::open(url, end->clock());
    if (!rows) return base::fail(std::move(rows.error()));
    end->rows_ = std::move(*rows);
    return end;
  }
  explicit SharedEnd(const std::string& url)
      : name_(postgres::printable(url)),
        pool_(postgres::connection_options({.url = url}), 1, clock(), random_),
        objects_(pool_, clock()) {}
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] ports::ArchiveTarget& rows() override { return *rows_; }
  [[nodiscard]] app::ObjectShelf objects() override {
    return {objects_, [this] { return rows_->buckets(); }};
  }

 private:
  const std::string name_;
  system::SystemRandom random_;
  postgres::ReadPool pool_;
  postgres::Objects objects_;
  std::unique_ptr<postgres::Archive> rows_;
};

base::Result<std::unique_ptr<End>> open_end(const Config& config, bool target) {
  return config.postgres.empty() ? EmbeddedEnd::open(config.database, target)
                                 : SharedEnd::open(config.postgres, target);
}

struct CopyChoices {
  std::string from;
  std::string to;
  bool json = false;
};

std::string shown(const app::CopyStep& step) {
  return fmt::format("{}  {} {}", cli::bar(step.done, step.total),
                     step.compares ? "comparing" : "copying", step.what);
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
  fmt::print("{:<17}{:>12}  SHA-256, the same in both\n", "", "count");
  for (const app::Copied& one : all) {
    if (one.count > 0) {
      fmt::print("{:<17}{:>12}  {}\n", one.name, one.count, one.checksum.substr(0, 32));
    }
  }
}

int copy_between(End& from, End& to, const CopyChoices& choices,
                 const cli::Environment& environment) {
  cli::Progress progress(environment);
  const auto copied = app::copy_home(
      {from.name(), from.rows(), from.objects()},
      {to.rows(), to.objects(), [&to](base::WallTime time) { to.clock().set(time); }},
      [&progress](const app::CopyStep& step) {
        if (progress.due()) progress.show(shown(step));
      });
  progress.clear();
  if (!copied) return cli::complain(copied.error());
  print_copied(*copied, choices.json);
  if (!choices.json) {
    fmt::print(
        "All of it is in {}. {} is as it was: start no server there any more, or tasks "
        "will be run twice.\n",
        to.name(), from.name());
  }
  return cli::kDone;
}

int copy(const CopyChoices& choices, const cli::Environment& environment) {
  if (choices.from == choices.to) {
    return cli::complain_of_usage({base::ErrorCode::invalid, "--from and --to are the same", {}});
  }
  Faults faults;
  Config source;
  Config target;
  read_text("--from", "store", "url", choices.from, source, faults);
  read_text("--to", "store", "url", choices.to, target, faults);
  for (const std::string& fault : faults.lines) cli::tell(fault);
  if (!faults.lines.empty()) return cli::kWrongUsage;
  // The source first: what is not there must not leave a target behind.
  const auto from = open_end(source, false);
  if (!from) return cli::complain(from.error());
  const auto to = open_end(target, true);
  if (!to) return cli::complain(to.error());
  return copy_between(**from, **to, choices, environment);
}

}  // namespace

void add_copy_command(CLI::App& app, const cli::Environment& environment,
                      std::function<int()>& run) {
  const auto choices = cli::make_choices<CopyChoices>();
  CLI::App* const command =
      app.add_subcommand("copy", "Move a stopped system from one home to another");
  command->add_option("--from", choices->from, "sqlite:PATH or postgres://…")->required();
  command->add_option("--to", choices->to, "the same; must be new")->required();
  command->add_flag("--json", choices->json, "for machines");
  command->footer(
      "Tasks with their order and attempts, idempotency keys, dead letters, orders, executions\n"
      "with their history, schedules and objects. No server may run at either end; none starts\n"
      "at the new one before all is there and was compared. Broken off, it goes on where it was\n"
      "when it is run again. The old home is left as it is.\n"
      "Examples:\n"
      "  ordo copy --from sqlite:ordo-data/ordo.db --to postgres://ordo@db.example/ordo\n"
      "  ordo copy --from postgres:///ordo --to sqlite:elsewhere/ordo.db\n");
  command->callback([choices, &environment, &run] {
    run = [choices, &environment] { return copy(*choices, environment); };
  });
}

}  // namespace ordo::program
