package io.spackle.pipeline;

import io.spackle.lane.InFlightLimits.FetchSlot;
import io.spackle.lane.Lane;
import io.spackle.row.RowException;
import io.spackle.source.Fetching;
import io.spackle.source.Fetching.Wait;
import io.spackle.source.ImageSource;
import java.util.Map;

/**
 * The fetches of one row, in its slot. While the row waits for a host, others use the slot and no
 * batch waits for the row.
 *
 * @param versions gets the versions of the files by column, also of those that are missing
 */
record RowFetch(FetchSlot slot, Lane.Arrival arrival, Map<String, String> versions) {

  /**
   * Fetches the file of a column.
   *
   * @param location null without a file
   * @return null without a location
   * @throws RowException naming the column
   */
  byte[] file(String column, String location, ImageSource source) throws InterruptedException {
    if (location == null) {
      return null;
    }
    try {
      byte[] file =
          source.fetch(
              location, new Fetching(version -> versions.put(column, version), this::rest));
      slot.hold(file.length);
      return file;
    } catch (RowException e) {
      throw e.in(column);
    }
  }

  private void rest(Wait wait) throws InterruptedException {
    arrival.retract();
    slot.resting(wait::await);
    arrival.announce();
  }
}
