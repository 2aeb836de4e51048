package dev.polyserve.browser;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Runs the rules of axe-core (WCAG 2.1, levels A and AA, and its own) on the page of a tab. The jar of axe-core is a
/// dependency of the tests that use it.
///
/// **Thread**: that of the tab.
public final class AccessibilityCheck {
    private static final String VERSION = "4.6.3";
    private static final String SCRIPT = "/META-INF/resources/webjars/axe-core/" + VERSION + "/axe.min.js";

    private AccessibilityCheck() {}

    /// The serious and critical findings, each in one line.
    public static List<String> findings(Browser tab) throws Exception {
        tab.evaluate(script() + "; 0");
        JsonNode violations = tab.evaluate("""
                axe.run({resultTypes: ['violations']}).then(({violations}) => violations
                  .filter(({impact}) => impact === 'serious' || impact === 'critical')
                  .map(({id, nodes}) => `${id}: ${nodes.map(({html, failureSummary}) => `${html} ${failureSummary}`).join(' | ')}`))
                """);
        var found = new ArrayList<String>();
        violations.forEach(violation -> found.add(violation.stringValue()));
        return found;
    }

    private static String script() throws IOException {
        try (InputStream in = AccessibilityCheck.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IOException("axe-core " + VERSION + " is not among the dependencies of these tests");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
