package dev.polyserve.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.stream.XMLStreamException;
import org.junit.jupiter.api.Test;

/// Tests are skipped only for reasons that `skips.txt` lists. This module is built last and reads the reports of the
/// others.
class SkippedTestsTest {
    private static final boolean CONTINUOUS_INTEGRATION = "true".equals(System.getenv("CI"));

    /// Also prints the number of tests and the reasons of skips.
    @Test
    void eachWasSkippedForAListedReason() throws Exception {
        List<SkipReason> listed = SkipReason.listed();
        Map<String, Integer> counts = new TreeMap<>();
        var unlisted = new ArrayList<String>();
        int run = 0;
        for (Path file : reports()) {
            TestReport report = TestReport.read(file);
            run += report.tests() - report.skipped().size();
            for (TestReport.Skipped skipped : report.skipped()) {
                listed.stream().filter(reason -> reason.allows(skipped.reason(), CONTINUOUS_INTEGRATION)).findFirst()
                        .ifPresentOrElse(reason -> counts.merge(reason.text(), 1, Integer::sum),
                                () -> unlisted.add(skipped.test() + ": " + skipped.reason()));
            }
        }
        System.out.println("tests: " + run + " run; skipped by reason: " + counts);
        assertThat(unlisted).as("tests skipped for a reason that skips.txt does not list").isEmpty();
    }

    /// The reports of the modules that this build tested.
    private static List<Path> reports() throws IOException {
        Instant start = Instant.parse(System.getProperty("polyserve.build.start", Instant.now().toString()));
        var reports = new ArrayList<Path>();
        for (String module : Project.modules()) {
            Path directory = Project.ROOT.resolve(module, "target", "surefire-reports");
            if (!Files.isDirectory(directory)) {
                continue;
            }
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.filter(f -> f.getFileName().toString().matches("TEST-.*\\.xml")).toList()) {
                    if (!Files.getLastModifiedTime(file).toInstant().isBefore(start)) {
                        reports.add(file);
                    }
                }
            }
        }
        return reports;
    }

    @Test
    void readsWhyATestWasSkipped() throws XMLStreamException {
        TestReport report = TestReport
                .parse("""
                        <testsuite name="a.BTest" tests="3">
                          <testcase name="runs" classname="a.BTest"/>
                          <testcase name="aborts" classname="a.BTest">
                            <skipped type="org.opentest4j.TestAbortedException"><![CDATA[org.opentest4j.TestAbortedException: Assumption failed: needs root
                            \tat a.BTest.aborts(BTest.java:1)]]></skipped>
                          </testcase>
                          <testcase name="isDisabled" classname="a.BTest">
                            <skipped message="Disabled on operating system: Linux"/>
                          </testcase>
                        </testsuite>
                        """);
        assertThat(report.tests()).isEqualTo(3);
        assertThat(report.skipped()).containsExactly(new TestReport.Skipped("a.BTest.aborts", "needs root"),
                new TestReport.Skipped("a.BTest.isDisabled", "Disabled on operating system: Linux"));
    }

    @Test
    void aReasonOfTheMachineIsNoneForContinuousIntegration() {
        SkipReason machine = SkipReason.parse("machine needs the program '.+'");
        assertThat(machine.allows("needs the program 'x', says it", false)).isFalse();
        assertThat(machine.allows("needs the program 'x'", false)).isTrue();
        assertThat(machine.allows("needs the program 'x'", true)).isFalse();
        assertThat(SkipReason.parse("always   for loops").allows("for loops", true)).isTrue();
    }
}
