package dev.polyserve.architecture;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// The Surefire report of a test class.
///
/// @param tests the number of tests, including skipped ones
record TestReport(int tests, List<Skipped> skipped) {
    private static final String FAILED_ASSUMPTION = "Assumption failed: ";

    /// A skipped test.
    record Skipped(String test, String reason) {}

    static TestReport read(Path file) throws IOException, XMLStreamException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return parse(reader);
        }
    }

    static TestReport parse(String report) throws XMLStreamException {
        return parse(new StringReader(report));
    }

    private static TestReport parse(Reader report) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        XMLStreamReader xml = factory.createXMLStreamReader(report);
        int tests = 0;
        String test = "";
        List<Skipped> skipped = new ArrayList<>();
        while (xml.hasNext()) {
            if (xml.next() != XMLStreamConstants.START_ELEMENT) {
                continue;
            }
            switch (xml.getLocalName()) {
                case "testcase" -> {
                    tests++;
                    test = xml.getAttributeValue(null, "classname") + "." + xml.getAttributeValue(null, "name");
                }
                case "skipped" -> skipped.add(new Skipped(test, reason(xml)));
                default -> {}
            }
        }
        return new TestReport(tests, List.copyOf(skipped));
    }

    /// Reads the reason of a skip: an attribute for a condition, the first line of a stack trace for a failed
    /// assumption.
    private static String reason(XMLStreamReader skipped) throws XMLStreamException {
        Optional<String> message = Optional.ofNullable(skipped.getAttributeValue(null, "message"));
        String reason = (message.isPresent() ? message.get() : skipped.getElementText()).lines().findFirst().orElse("");
        String said = reason.replaceFirst("^org\\.opentest4j\\.TestAbortedException: ", "");
        return said.startsWith(FAILED_ASSUMPTION) ? said.substring(FAILED_ASSUMPTION.length()) : said;
    }
}
