package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** The report in a browser. The build skips this test where Debian's chromium-driver is missing. */
@Tag("browser")
class ReportInBrowserTest {

  private static final File CHROMIUM = new File("/usr/bin/chromium");
  private static final File DRIVER = new File("/usr/bin/chromedriver");
  private static final Dimension DESK = new Dimension(1280, 900);
  private static final Dimension PHONE = new Dimension(390, 844);

  @TempDir static Path folder;

  private static ChromeDriver browser;

  @BeforeAll
  static void open() throws IOException {
    ReportTest.write(folder);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM);
    options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage");
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder().usingDriverExecutable(DRIVER).build(), options);
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.quit();
    }
  }

  @BeforeEach
  void load() {
    browser.manage().window().setSize(DESK);
    browser.get(page().toString());
  }

  @Test
  void showsAllRowsWithFailuresFirst() {
    assertThat(texts(".card b")).containsExactly("lost", "none", "a/b %", "stain");
    assertThat(text("#count")).isEqualTo("4 of 4");
    assertThat(script("return document.querySelector('.card img').naturalWidth > 0"))
        .as("images load under the page's policy")
        .isEqualTo(true);
  }

  @Test
  void stringsOfRowsAreNotParsedAsHtml() {
    assertThat(browser.getTitle()).isEqualTo("Spackle report");
    assertThat(browser.findElements(By.cssSelector("main b:not(.card b)"))).isEmpty();
    assertThat(texts(".card span")).contains(ReportTest.HOSTILE);
    card("a/b %").click();
    assertThat(text("#facts")).contains(ReportTest.HOSTILE);
    assertThat(browser.getTitle()).isEqualTo("Spackle report");
  }

  @Test
  void filtersByOutcomeAndText() {
    button("success 2").click();
    assertThat(visible()).containsExactly("a/b %", "stain");
    browser.findElement(By.id("search")).sendKeys("WALL");
    assertThat(visible()).containsExactly("stain");
    button("success 2").click();
    browser.findElement(By.id("search")).clear();
    browser.findElement(By.id("search")).sendKeys("lost.png");
    assertThat(visible()).containsExactly("lost");
  }

  /** The worst first, and what has no images last. */
  @Test
  void sortsAndFiltersByQuality() {
    List<?> seams = (List<?>) script(ofMeasured("card.quality.seam"));
    List<String> ids =
        ((List<?>) script(ofMeasured("card.id"))).stream().map(String::valueOf).toList();
    assertThat(ids).containsExactlyInAnyOrder("a/b %", "stain");
    choose("sort", "seam");
    assertThat(visible()).containsExactly(ids.get(0), ids.get(1), "lost", "none");
    double worst = ((Number) seams.get(0)).doubleValue();
    double other = ((Number) seams.get(1)).doubleValue();
    browser.findElement(By.id("limit")).sendKeys(String.valueOf((worst + other) / 2));
    assertThat(visible()).containsExactly(ids.get(0));
    choose("side", "below");
    assertThat(visible()).containsExactly(ids.get(1));
    choose("sort", "");
    assertThat(texts(".card b")).containsExactly("lost", "none", "a/b %", "stain");
    card("stain").click();
    assertThat(texts("#facts dt")).contains("seam", "sharpness", "exposure", "colour", "tries");
  }

  private static String ofMeasured(String value) {
    return """
        return JSON.parse(document.getElementById('data').textContent)
            .filter((card) => card.quality)
            .sort((one, two) => two.quality.seam - one.quality.seam)
            .map((card) => %s)"""
        .formatted(value);
  }

  private static void choose(String select, String value) {
    browser.executeScript(
        """
        const chosen = document.getElementById(arguments[0]);
        chosen.value = arguments[1];
        chosen.dispatchEvent(new Event('change'))""",
        select,
        value);
  }

  @Test
  void arrowKeysSelectRows() {
    type(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ENTER);
    assertThat(text("#facts dd")).isEqualTo("a/b %");
    type(Keys.ARROW_RIGHT);
    assertThat(text("#facts dd")).isEqualTo("stain");
    type(Keys.ESCAPE);
    assertThat(browser.findElement(By.id("detail")).isDisplayed()).isFalse();
    type("/");
    assertThat(browser.switchTo().activeElement().getAttribute("id")).isEqualTo("search");
  }

  /** The model of the test generates noise, so before and after differ in the masked region. */
  @Test
  void sliderComparesBeforeAndAfter() {
    card("stain").click();
    assertThat(drawn(0)).isNotEqualTo(drawn(100));
    browser.findElement(By.id("mask")).click();
    assertThat(drawn(100)).as("the mask instead of the init image").isNotEqualTo(drawn(0));
  }

  @Test
  void fitsAPhone() throws IOException {
    browser.manage().window().setSize(PHONE);
    assertThat(script("return document.documentElement.scrollWidth <= window.innerWidth"))
        .isEqualTo(true);
    card("stain").click();
    Path shot = folder.resolve("phone.png");
    Files.write(shot, browser.getScreenshotAs(OutputType.BYTES));
    assertThat(script("return document.getElementById('canvas').clientWidth > 250"))
        .isEqualTo(true);
  }

  @Test
  void showsPhotos() throws IOException {
    byte[] shot = browser.getScreenshotAs(OutputType.BYTES);
    Files.write(Files.createDirectories(Path.of("target")).resolve("report.png"), shot);
    var image = ImageIO.read(new ByteArrayInputStream(shot));
    long colours =
        IntStream.range(0, image.getWidth() * image.getHeight())
            .map(i -> image.getRGB(i % image.getWidth(), i / image.getWidth()))
            .distinct()
            .count();
    assertThat(colours).as("colours: photos are there, not only text").isGreaterThan(1000);
  }

  private static URI page() {
    return folder.resolve("out/report/index.html").toUri();
  }

  private static Object script(String script) {
    return browser.executeScript(script);
  }

  private static void type(CharSequence... keys) {
    for (CharSequence key : keys) {
      browser.switchTo().activeElement().sendKeys(key);
    }
  }

  /** What the comparison shows with the slider at a percentage, as a data URI. */
  private static Object drawn(int percent) {
    return browser.executeScript(
        """
        const slider = document.getElementById('slider');
        slider.value = arguments[0];
        slider.dispatchEvent(new Event('input'));
        return document.getElementById('canvas').toDataURL()""",
        percent);
  }

  private static WebElement card(String id) {
    return browser.findElements(By.className("card")).stream()
        .filter(card -> card.findElement(By.tagName("b")).getText().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static WebElement button(String text) {
    return browser.findElement(By.xpath("//button[text()='" + text + "']"));
  }

  private static List<String> visible() {
    return browser.findElements(By.cssSelector(".card")).stream()
        .filter(WebElement::isDisplayed)
        .map(card -> card.findElement(By.tagName("b")).getText())
        .toList();
  }

  private static List<String> texts(String selector) {
    return browser.findElements(By.cssSelector(selector)).stream()
        .map(WebElement::getText)
        .toList();
  }

  private static String text(String selector) {
    return browser.findElement(By.cssSelector(selector)).getText();
  }
}
