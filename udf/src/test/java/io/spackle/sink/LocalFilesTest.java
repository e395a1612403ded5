package io.spackle.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFilesTest {

  @TempDir private Path temp;
  private FileSystem files;
  private final RawLocalFileSystem ofHadoop = new RawLocalFileSystem();

  @BeforeEach
  void open() throws IOException {
    files = LocalFiles.of(new Configuration());
    ofHadoop.initialize(URI.create("file:///"), new Configuration());
  }

  @Test
  void statusIsThatOfHadoop() throws IOException {
    Path file = Files.writeString(temp.resolve("a file"), "five!");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r----x"));
    Path folder = Files.createDirectory(temp.resolve("folder"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), file);
    for (Path path : List.of(file, folder, link)) {
      FileStatus found = files.getFileStatus(hadoop(path));
      FileStatus expected = ofHadoop.getFileStatus(hadoop(path));
      assertThat(facts(found)).isEqualTo(facts(expected));
    }
  }

  private static List<Object> facts(FileStatus status) {
    return List.of(
        status.getPath(),
        status.getLen(),
        status.isDirectory(),
        status.getModificationTime(),
        status.getBlockSize(),
        status.getReplication(),
        status.getPermission(),
        status.getOwner(),
        status.getGroup());
  }

  @Test
  void whatHadoopDoesNotFindIsNotFound() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    Path dangling = Files.createSymbolicLink(temp.resolve("dangling"), temp.resolve("missing"));
    for (Path path : List.of(temp.resolve("missing"), file.resolve("inner"), dangling)) {
      for (FileSystem system : List.of(files, ofHadoop)) {
        assertThatThrownBy(() -> system.getFileStatus(hadoop(path)))
            .isInstanceOf(FileNotFoundException.class);
      }
    }
  }

  @Test
  void permissionsAreSet() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    for (String mode : List.of("700", "644", "000", "751")) {
      files.setPermission(hadoop(file), new FsPermission(mode));
      assertThat(ofHadoop.getFileStatus(hadoop(file)).getPermission())
          .isEqualTo(new FsPermission(mode));
    }
    Path folder = Files.createDirectory(temp.resolve("shared"));
    files.setPermission(hadoop(folder), new FsPermission("1777"));
    assertThat(ofHadoop.getFileStatus(hadoop(folder)).getPermission())
        .as("with its sticky bit")
        .isEqualTo(new FsPermission("1777"));
  }

  @Test
  void noProcessIsStartedToWriteAndListFiles() throws IOException {
    assertThat(processesToWriteAndList(ofHadoop)).isPositive();
    assertThat(processesToWriteAndList(files)).isZero();
  }

  private long processesToWriteAndList(FileSystem system) throws IOException {
    Path dump = temp.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.ProcessStart");
      recording.start();
      system.mkdirs(hadoop(temp.resolve("new")));
      system.create(hadoop(temp.resolve("new/file"))).close();
      var listed = system.listFiles(hadoop(temp.resolve("new")), true);
      assertThat(listed.next().getPath().getName()).isEqualTo("file");
      recording.stop();
      recording.dump(dump);
    }
    return RecordingFile.readAllEvents(dump).size();
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }
}
