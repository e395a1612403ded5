package io.spackle.jobs.manifest;

import java.io.Serializable;

/**
 * A file of a folder by its role for the images.
 *
 * @param path below its folder
 * @param location as rows have it
 */
record FolderFile(Role role, String path, String location) implements Serializable {

  enum Role {
    IMAGE,
    MASK,
    CAPTION
  }
}
