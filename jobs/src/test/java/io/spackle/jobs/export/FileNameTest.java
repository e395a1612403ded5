package io.spackle.jobs.export;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the files of a data set are called after the locations that they come from. */
class FileNameTest {

  @ParameterizedTest
  @CsvSource({
    "/photos/00006_00.jpg,00006_00,jpg",
    "https://example.com/a/Red%20Shirt.PNG?sig=x.y/z#f,Red%2520Shirt,png",
    "https://example.com/image/17,17,jpg",
    "s3a://bucket/my photo.v2.webp,my%20photo.v2,webp",
    "'data:image/png;base64,iVBORw0/KGgo=',image,jpg",
    "/photos/.jpeg,image,jpeg",
    ",,png",
  })
  void isThatOfTheFileWithoutWhatListsCannotHold(String location, String base, String extension) {
    assertThat(FileName.base(location)).isEqualTo(base);
    assertThat(FileName.extension(location)).isEqualTo(extension);
  }
}
