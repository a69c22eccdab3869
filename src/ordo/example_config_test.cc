// examples/ordo.toml is a file to start from: whatever of it is taken, the program must read it.
#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "support/config_file.h"

namespace ordo::program {
namespace {

using testing::ConfigFile;

// A section with the lines up to the next one.
struct Section {
  std::string name;
  bool commented_out = false;
  std::string as_it_is;
  std::string taken;  // with what is commented out
};

std::vector<Section> sections_of_example() {
  static const std::regex header(R"((# )?(\[[a-z.]+\]).*)");
  static const std::regex commented_key(R"(# ([a-z_]+ = .*))");
  std::ifstream file(ORDO_SOURCE_DIR "/examples/ordo.toml");
  std::vector<Section> sections;
  std::smatch match;
  for (std::string line; std::getline(file, line);) {
    std::string taken = line;
    if (std::regex_match(line, match, header)) {
      sections.push_back({match[2], match[1].matched, {}, {}});
      taken = match[2];
    } else if (std::regex_match(line, match, commented_key)) {
      taken = match[1];
    }
    if (sections.empty()) continue;
    sections.back().as_it_is += line + "\n";
    sections.back().taken += taken + "\n";
  }
  return sections;
}

class ExampleConfig : public ConfigFile {
 protected:
  // What is wrong with the example when all of `section` is taken.
  std::string fault_with(const Section* section) {
    std::string text;
    for (const Section& one : sections_) {
      text += &one == section ? one.taken : one.as_it_is;
    }
    return fault_of(text, {{"RESIZE_TOKEN", "t"},
                           {"CRM_SECRET", "s"},
                           {"CRM_TOKEN", "Bearer t"},
                           {"AUCTION_SECRET", "s"},
                           {"SLACK_WEBHOOK_URL", "https://hooks.example/x"},
                           {"ALARM_SECRET", "s"}});
  }
  const std::vector<Section> sections_ = sections_of_example();
};

TEST_F(ExampleConfig, IsReadAsItIsAndWithAllOfAnySection) {
  EXPECT_EQ(fault_with(nullptr), "");
  for (const Section& section : sections_) {
    EXPECT_EQ(fault_with(&section), "") << section.name;
  }
}

TEST_F(ExampleConfig, HasEverySectionThatThereIs) {
  std::string names;
  for (const Section& section : sections_)
    names += section.name + (section.commented_out ? "# " : " ");
  EXPECT_EQ(names,
            "[server] [store] [orders] [log] [queues.tasks] [queues.mail] [functions.processor] "
            "[functions.resize]# [functions.crm]# [pipelines.orders]# [auction]# [auction]# "
            "[connections.crm]# [notify.team]# [notify.alarm]# ");
}

}  // namespace
}  // namespace ordo::program
