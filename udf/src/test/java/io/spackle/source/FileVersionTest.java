package io.spackle.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which files count as replaced, and where the listing of a folder names a file. */
class FileVersionTest {

  /** A file of a store that has ETags. */
  private static final class Tagged extends FileStatus implements EtagSource {
    private static final long serialVersionUID = 1L;

    private final String etag;

    Tagged(String etag) {
      super(7, false, 1, 1, 1_000, new Path("s3a://bucket/a.png"));
      this.etag = etag;
    }

    @Override
    public String getEtag() {
      return etag;
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "unknown",
      value = {
        "7@1000,7@1000,false",
        "7@1000,7@2000,true",
        "7@1000,8@1000,true",
        "etag:a,etag:b,true",
        "etag:a,etag:a,false",
        "missing,7@1000,true",
        "missing,etag:a,true",
        "missing,missing,false",
        // it was processed and then moved away
        "7@1000,missing,false",
        // the store has begun to give ETags
        "7@1000,etag:a,false",
        "unknown,7@1000,false",
        "7@1000,unknown,false"
      })
  void aFileIsChangedIfItWasReplacedOrAppeared(String recorded, String current, boolean changed) {
    assertThat(FileVersion.isChanged(recorded, current)).isEqualTo(changed);
  }

  @Test
  void theEtagOfAStoreIsItsVersionHoweverItIsQuoted() {
    assertThat(FileVersion.of(new Tagged("\"a1\""))).isEqualTo("etag:a1");
    assertThat(FileVersion.of(new Tagged("a1"))).isEqualTo("etag:a1");
    assertThat(FileVersion.of(new Tagged(null))).isEqualTo("7@1000");
  }

  @ParameterizedTest
  @CsvSource({
    "/data/a b%20.png,/data,a b%20.png",
    "/data//x/../a.png,/data,a.png",
    "file:///data/a%20b.png,/data,a b.png",
    "/a.png,/,a.png",
    "s3://bucket/x/a.png,s3a://bucket/x,a.png",
    "s3a://bucket/a.png,s3a://bucket/,a.png",
    "hdfs:///x/a.png,hdfs:/x,a.png"
  })
  void aFileIsFoundInTheListingOfItsFolder(String location, String folder, String name) {
    assertThat(StoredFile.of(location)).contains(new StoredFile(folder, name));
  }

  @ParameterizedTest
  @CsvSource({
    "https://h/a.png",
    "data:text/plain;base64,eA==",
    "a.png",
    "s3a://bucket/../a.png",
    "/"
  })
  void otherLocationsAreInNoFolder(String location) {
    assertThat(StoredFile.of(location)).isEqualTo(Optional.empty());
  }
}
