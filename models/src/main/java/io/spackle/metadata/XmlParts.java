package io.spackle.metadata;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * The elements and attributes of an XML document with their positions in the text, so that a
 * document can be changed without touching the rest of it. The JDK's parser checks the document
 * first. Document types are refused, and so are all entities that a document would declare.
 */
final class XmlParts {

  private static final int MAX_DEPTH = 100;

  private final String text;
  private final List<Part> parts = new ArrayList<>();
  private final Deque<Open> open = new ArrayDeque<>();

  private XmlParts(String text) {
    this.text = text;
  }

  /**
   * An element or an attribute.
   *
   * @param depth of the element, or of an attribute's element; the root has 1
   * @param start of the element, or of the space before an attribute
   * @param valueStart of an attribute's value, or of an element's content
   */
  record Part(Name name, Kind kind, int depth, int start, int end, int valueStart, int valueEnd) {

    boolean is(String namespace, String local) {
      return name.namespace().equals(namespace) && name.local().equals(local);
    }
  }

  enum Kind {
    ELEMENT,
    ATTRIBUTE
  }

  record Name(String namespace, String local) {}

  /** An element whose end was not seen yet; its part is at a fixed index of the list. */
  private record Open(int index, Map<String, String> prefixes) {}

  /** The parts in the order of their starts; empty if the text is not well-formed XML. */
  static Optional<List<Part>> of(String text) {
    if (!isWellFormed(text)) {
      return Optional.empty();
    }
    XmlParts scan = new XmlParts(text);
    return scan.scan() ? Optional.of(scan.parts) : Optional.empty();
  }

  private static boolean isWellFormed(String text) {
    try {
      SAXParserFactory factory = SAXParserFactory.newDefaultInstance();
      factory.setNamespaceAware(true);
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.newSAXParser().parse(new InputSource(new StringReader(text)), new DefaultHandler());
      return true;
    } catch (SAXException | IOException e) {
      return false;
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e); // the JDK's own parser has these features
    }
  }

  /** Whether the document is not nested too deeply. */
  private boolean scan() {
    int at = text.indexOf('<');
    while (at >= 0) {
      if (text.startsWith("<!--", at)) {
        at = text.indexOf("-->", at + 4) + 3;
      } else if (text.startsWith("<![CDATA[", at)) {
        at = text.indexOf("]]>", at) + 3;
      } else if (text.startsWith("<?", at)) {
        at = text.indexOf("?>", at) + 2;
      } else if (text.startsWith("</", at)) {
        int end = text.indexOf('>', at) + 1;
        close(at, end);
        at = end;
      } else {
        at = startTag(at);
      }
      if (open.size() > MAX_DEPTH) {
        return false;
      }
      at = text.indexOf('<', at);
    }
    return true;
  }

  private void close(int contentEnd, int end) {
    int index = open.pop().index();
    Part part = parts.get(index);
    parts.set(
        index,
        new Part(
            part.name(),
            Kind.ELEMENT,
            part.depth(),
            part.start(),
            end,
            Math.min(part.valueStart(), contentEnd),
            contentEnd));
  }

  /** An attribute as written. */
  private record Written(String name, int start, int valueStart, int valueEnd) {}

  /** Adds a start tag with its attributes; returns its end. */
  private int startTag(int start) {
    int at = nameEnd(start + 1);
    String name = text.substring(start + 1, at);
    List<Written> attributes = new ArrayList<>();
    while (true) {
      int space = at;
      at = afterSpace(at);
      char next = text.charAt(at);
      if (next == '>' || next == '/') {
        break;
      }
      int nameEnd = nameEnd(at);
      int quote = afterSpace(afterSpace(nameEnd) + 1);
      int valueEnd = text.indexOf(text.charAt(quote), quote + 1);
      attributes.add(new Written(text.substring(at, nameEnd), space, quote + 1, valueEnd));
      at = valueEnd + 1;
    }
    boolean empty = text.charAt(at) == '/';
    int end = at + (empty ? 2 : 1);
    add(name, attributes, start, end);
    if (empty) {
      close(end, end);
    }
    return end;
  }

  private void add(String name, List<Written> attributes, int start, int end) {
    Map<String, String> prefixes = prefixes(attributes);
    int depth = open.size() + 1;
    open.push(new Open(parts.size(), prefixes));
    Name element = resolve(name, prefixes.getOrDefault("", ""), prefixes);
    parts.add(new Part(element, Kind.ELEMENT, depth, start, end, end, end));
    for (Written written : attributes) {
      if (!written.name().startsWith("xmlns")) {
        parts.add(
            new Part(
                resolve(written.name(), "", prefixes),
                Kind.ATTRIBUTE,
                depth,
                written.start(),
                written.valueEnd() + 1,
                written.valueStart(),
                written.valueEnd()));
      }
    }
  }

  private Map<String, String> prefixes(List<Written> attributes) {
    Map<String, String> outer = open.isEmpty() ? Map.of() : open.peek().prefixes();
    Map<String, String> prefixes = outer;
    for (Written written : attributes) {
      if (written.name().startsWith("xmlns")) {
        if (prefixes == outer) {
          prefixes = new HashMap<>(outer);
        }
        String prefix = written.name().substring(Math.min(6, written.name().length()));
        prefixes.put(prefix, text.substring(written.valueStart(), written.valueEnd()));
      }
    }
    return prefixes;
  }

  private static Name resolve(String written, String noPrefix, Map<String, String> prefixes) {
    int colon = written.indexOf(':');
    return colon < 0
        ? new Name(noPrefix, written)
        : new Name(
            prefixes.getOrDefault(written.substring(0, colon), ""), written.substring(colon + 1));
  }

  private int nameEnd(int from) {
    int at = from;
    while (!Character.isWhitespace(text.charAt(at)) && "=/>".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return at;
  }

  private int afterSpace(int from) {
    int at = from;
    while (Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }
}
