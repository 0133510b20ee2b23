#include "session/gather.h"

#include <string>
#include <vector>

#include "support/catch.h"

using namespace relay;

namespace {

std::string joined(Gather& gather) {
  std::string text;
  for (const std::string_view piece : gather.pieces()) text += piece;
  return text;
}

}  // namespace

TEST_CASE("a frame alone, and one that is long, are not copied") {
  const FrameRef brief = Frame::make("brief");
  const FrameRef longer = Frame::make(std::string(5000, 'l'));
  Gather gather;
  gather.add(brief);
  REQUIRE(gather.pieces().size() == 1);
  CHECK(gather.pieces()[0].data() == brief->bytes().data());
  gather.add(longer);
  REQUIRE(gather.pieces().size() == 2);
  CHECK(gather.pieces()[1].data() == longer->bytes().data());
}

TEST_CASE("pieces hold all frames in order, however long they are") {
  Gather gather;
  std::string all;
  for (const size_t size : {1, 4095, 4096, 2, 3, 70'000, 5'000, 7}) {
    const std::string bytes(size, static_cast<char>('a' + size % 26));
    all += bytes;
    gather.add(Frame::make(bytes));
  }
  CHECK(gather.bytes() == all.size());
  CHECK(gather.pieces().size() == 6);
  CHECK(joined(gather) == all);
  CHECK(joined(gather) == all);
  gather.clear();
  CHECK(gather.empty());
  CHECK(joined(gather).empty());
}
