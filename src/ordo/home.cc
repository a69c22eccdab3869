#include "ordo/home.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "files/object_directory.h"
#include "ordo/log.h"
#include "postgres/home.h"
#include "postgres/node.h"
#include "sqlite/home.h"

namespace ordo::program {
namespace {

ports::Reads with_objects(ports::Reads reads, ports::ObjectStore& objects) {
  reads.objects = &objects;
  return reads;
}

class EmbeddedHome : public Home {
 public:
  EmbeddedHome(std::string database, std::unique_ptr<sqlite::Home> home,
               std::unique_ptr<ports::ObjectStore> objects)
      : database_(std::move(database)), home_(std::move(home)), objects_(std::move(objects)) {}

  ports::Store& store() override { return home_->store(); }
  ports::Reads reads() override { return with_objects(home_->reads(), *objects_); }
  ports::Backlog& backlog() override { return home_->backlog(); }
  ports::ObjectStore& objects() override { return *objects_; }
  std::function<api::StoreStats()> stats() override {
    return [this] {
      sqlite::HomeStats stats = home_->stats();
      return api::StoreStats{stats.log_bytes, std::move(stats.checkpoint_error)};
    };
  }
  [[nodiscard]] std::string kind() const override { return "embedded"; }
  [[nodiscard]] std::string description() const override {
    return fmt::format("embedded, {}", database_);
  }

 private:
  const std::string database_;
  std::unique_ptr<sqlite::Home> home_;
  std::unique_ptr<ports::ObjectStore> objects_;
};

class SharedHome : public Home {
 public:
  SharedHome(std::unique_ptr<postgres::Home> home, const postgres::HomeOptions& home_options,
             postgres::NodeOptions options, const ports::Clock& clock, ports::Random& random)
      : name_(options.name),
        clock_(clock),
        home_(std::move(home)),
        node_(*home_, home_options, std::move(options), clock, random) {}

  ports::Store& store() override { return home_->store(); }
  ports::Reads reads() override { return home_->reads(); }
  ports::Backlog& backlog() override { return home_->backlog(); }
  ports::ObjectStore& objects() override { return home_->objects(); }
  std::function<api::StoreStats()> stats() override { return {}; }
  std::function<api::LeaseStats()> lease_stats() override {
    return [this] {
      const postgres::Standing now = node_.standing();
      const std::chrono::duration<double> left = now.good_until - clock_.mono();
      return api::LeaseStats{now.lane_groups, now.pipelines, now.nodes, left.count()};
    };
  }
  [[nodiscard]] std::string kind() const override { return "postgres"; }
  [[nodiscard]] base::Millis patience() const override { return std::chrono::seconds(2); }
  [[nodiscard]] std::string description() const override {
    return fmt::format("postgres, {}, node {}", home_->address(), name_);
  }
  ports::LaneLeases* leases() override { return &node_.leases(); }
  ports::PipelineLease* pipeline_lease() override { return &node_.pipeline_lease(); }
  ports::Peers* peers() override { return &node_.peers(); }
  ports::LaneBacklog* lane_backlog() override { return &home_->lane_backlog(); }

  base::Result<void> join(const Ears& ears) override {
    return node_.join(
        {ears.on_news, ears.on_tasks, ears.on_pipelines, ears.on_replaced, ears.peers});
  }
  void drain() override { node_.drain(); }
  void give_up() override { home_->give_up(); }
  void leave() override { node_.leave(); }

 private:
  const std::string name_;
  const ports::Clock& clock_;
  std::unique_ptr<postgres::Home> home_;
  postgres::Node node_;
};

base::Result<std::unique_ptr<Home>> open_embedded(const Config& config, const ports::Clock& clock,
                                                  Log& log) {
  auto home = sqlite::Home::open({.path = config.database, .on_trouble = telling(log)});
  if (!home) return base::fail(std::move(home.error()));
  auto objects = files::ObjectDirectory::open(objects_directory(config.database), clock);
  if (!objects) return base::fail(std::move(objects.error()));
  return std::make_unique<EmbeddedHome>(config.database, std::move(*home), std::move(*objects));
}

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "ordo";
  return name.data();
}

base::Result<std::unique_ptr<Home>> open_shared(const Config& config, const ports::Clock& clock,
                                                ports::Random& random, Log& log) {
  postgres::HomeOptions options{.url = config.postgres,
                                .read_connections = config.store_connections,
                                .migrate = config.migrate};
  options.on_migrated = [&log](int version, std::string_view name) {
    log.write(Level::info, "the database has a newer schema",
              {{"version", std::int64_t{version}}, {"name", name}});
  };
  auto home = postgres::Home::open(options, clock, random);
  if (!home) return base::fail(std::move(home.error()));
  postgres::NodeOptions node{.name = config.node.empty() ? machine_name() : config.node,
                             .lease = config.lease,
                             .on_trouble = telling(log)};
  return std::make_unique<SharedHome>(std::move(*home), options, std::move(node), clock, random);
}

}  // namespace

base::Result<std::unique_ptr<Home>> open_home(const Config& config, const ports::Clock& clock,
                                              ports::Random& random, Log& log) {
  return config.postgres.empty() ? open_embedded(config, clock, log)
                                 : open_shared(config, clock, random, log);
}

ports::OnTrouble telling(Log& log) {
  return [&log](std::string_view what, const base::Error* error) {
    if (error == nullptr) return log.write(Level::info, fmt::format("{} works again", what));
    log.write(Level::warning, fmt::format("{} fails", what), {{"error", error->message}});
  };
}

std::string objects_directory(const std::string& database) {
  return (std::filesystem::path(database).parent_path() / "objects").string();
}

}  // namespace ordo::program
