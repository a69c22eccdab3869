#include "postgres/rate.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "postgres/database.h"

namespace ordo::bench {
namespace {

struct Used {
  int parent = 0;
  double own = 0;
  double ended_children = 0;
};

// See proc(5).
Used used_by(const std::filesystem::path& process) {
  std::ifstream file(process / "stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  Used used;
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return used;  // it is gone
  int at = 3;                                      // of its fields
  const auto tick = static_cast<double>(::sysconf(_SC_CLK_TCK));
  for (std::size_t begin = name_end + 2; begin < text.size() && at <= 17; ++at) {
    const std::string field = text.substr(begin, text.find(' ', begin) - begin);
    if (at == 4) used.parent = std::stoi(field);
    if (at == 14 || at == 15) used.own += std::stod(field) / tick;
    if (at == 16 || at == 17) used.ended_children += std::stod(field) / tick;
    begin += field.size() + 1;
  }
  return used;
}

int server_process() {
  const std::string file = Database(server_url()).text("SELECT pg_read_file('postmaster.pid')");
  return std::stoi(file);
}

}  // namespace

double cpu_seconds() {
  static const int server = server_process();
  const Used first = used_by("/proc/" + std::to_string(server));
  double sum = first.own + first.ended_children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (const Used one = used_by(entry.path()); one.parent == server) sum += one.own;
  }
  rusage ours{};
  ::getrusage(RUSAGE_SELF, &ours);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return sum + seconds(ours.ru_utime) + seconds(ours.ru_stime);
}

}  // namespace ordo::bench
