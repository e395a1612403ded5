package io.spackle.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * A row in the gallery; what it does not have is null.
 *
 * @param code of the error
 * @param message of the error
 * @param stage that the error happened in
 * @param seconds of the engine
 * @param href of the first sample, from the page, or null where it lies elsewhere
 * @param preview init, mask and result as a data URI
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Card(
    String id,
    String code,
    String message,
    String stage,
    String prompt,
    String negativePrompt,
    Long seed,
    Integer steps,
    Double guidance,
    Double strength,
    String scheduler,
    Integer width,
    Integer height,
    Double seconds,
    List<String> notes,
    String href,
    String preview) {}
