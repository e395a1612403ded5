package io.spackle.task;

import io.spackle.sink.ImageLayout;
import io.spackle.webhook.WebhookSettings;
import java.io.Serializable;

/**
 * Where the results of rows go.
 *
 * @param images URI of the folder that images are written to
 * @param layout how they are laid out there
 * @param previews small images for the report
 * @param marks URI of the folder of quarantine markers
 * @param webhooks how the rows' webhooks are called
 */
public record OutputSettings(
    String images, ImageLayout layout, Previews previews, String marks, WebhookSettings webhooks)
    implements Serializable {

  /**
   * Small images of some rows.
   *
   * @param folder URI
   * @param share of the rows that get one, 0 to 1
   */
  public record Previews(String folder, double share) implements Serializable {}
}
