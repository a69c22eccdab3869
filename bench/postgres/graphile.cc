#include "postgres/graphile.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "postgres/database.h"

namespace ordo::bench {
namespace {

struct Close {
  void operator()(std::FILE* file) const { ::pclose(file); }
};

std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, Close> pipe(::popen(command.c_str(), "re"));
  if (!pipe) throw std::runtime_error("no pipe");
  std::string output;
  std::array<char, 4096> buffer;
  for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;) {
    output.append(buffer.data(), n);
  }
  return output;
}

}  // namespace

GraphileRates measure_graphile(const std::string& url, const GraphileLoad& load) {
  static int count = 0;
  const std::string schema = fmt::format("graphile_{}_{}", ::getpid(), ++count);
  const boost::json::object options{{"url", url},
                                    {"schema", schema},
                                    {"tasks", load.tasks},
                                    {"batch", load.batch},
                                    {"lanes", load.lanes},
                                    {"window", load.window},
                                    {"concurrency", load.concurrency},
                                    {"localQueue", load.fetched_together},
                                    {"named", load.named}};
  Database database(url);
  database.execute("CHECKPOINT");
  const std::string output = output_of(
      fmt::format("node '{}/work.mjs' '{}'", ORDO_BENCH_GRAPHILE, boost::json::serialize(options)));
  database.execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
  boost::system::error_code error;
  const boost::json::value said = boost::json::parse(output, error);
  if (error) throw std::runtime_error("graphile-worker has failed");
  return {said.at("accepts").to_number<double>(), said.at("lives").to_number<double>(),
          said.at("disorder").to_number<std::size_t>()};
}

}  // namespace ordo::bench
