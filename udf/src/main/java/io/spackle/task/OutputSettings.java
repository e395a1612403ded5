package io.spackle.task;

import io.spackle.sink.ImageLayout;
import io.spackle.webhook.WebhookSettings;
import java.io.Serializable;

/**
 * The output of a job.
 *
 * @param images URI of the folder of images
 * @param layout of the images in their folder
 * @param previews for the report
 * @param markers URI of the folder of quarantine markers
 * @param webhooks of the rows
 */
public record OutputSettings(
    String images, ImageLayout layout, Previews previews, String markers, WebhookSettings webhooks)
    implements Serializable {

  /**
   * Small images of a sample of the rows.
   *
   * @param folder URI
   * @param share of the rows with a preview, 0 to 1
   */
  public record Previews(String folder, double share) implements Serializable {}
}
