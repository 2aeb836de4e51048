package dev.polyserve.lab.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The colours of the page have the contrast that WCAG 2.1 asks for, also those of the lanes, which are drawn on a canvas, where
/// no program that checks a page sees them.
class ColourContrastTest {
    private static final Pattern COLOUR = Pattern.compile("--([\\w-]+): #([0-9a-f]{6});");
    private static final String DARK = "@media (prefers-color-scheme: dark)";
    private static final List<String> TEXTS = List.of("text", "muted", "accent", "good", "bad", "keyword", "string",
            "number", "type");
    private static final List<String> DRAWN = List.of("backlog", "ready", "input", "served", "computing", "sending",
            "sleeping", "failed", "processor", "waiting", "place-0", "place-1", "place-2", "place-3", "place-4",
            "place-5");
    private static final double OF_TEXT = 4.5;
    private static final double OF_GRAPHICS = 3;

    @Test
    void textAndLanesCanBeSeenOnTheirGround() throws Exception {
        for (Map<String, Integer> colours : List.of(colours(false), colours(true))) {
            for (String text : TEXTS) {
                for (String ground : List.of("surface", "ground", "faint")) {
                    assertThat(contrast(colours, text, ground)).as(text + " on " + ground).isGreaterThan(OF_TEXT);
                }
            }
            assertThat(contrast(colours, "on-accent", "accent")).as("a button").isGreaterThan(OF_TEXT);
            for (String drawn : DRAWN) {
                assertThat(contrast(colours, drawn, "surface")).as(drawn).isGreaterThan(OF_GRAPHICS);
            }
        }
    }

    /// The custom properties of the root.
    private static Map<String, Integer> colours(boolean dark) throws IOException {
        var colours = new HashMap<String, Integer>();
        for (String style : LabPageFiles.STYLES) {
            String text = LabPageFiles.text(style);
            if (!COLOUR.matcher(text).find()) {
                continue; // it has those of another style sheet
            }
            int begin = text.indexOf(DARK);
            int end = text.indexOf("\n}", begin);
            assertThat(begin).as("colours for the dark in " + style).isPositive();
            Matcher light = COLOUR.matcher(text.substring(0, begin));
            light.results().forEach(found -> colours.put(found.group(1), Integer.parseInt(found.group(2), 16)));
            Matcher own = COLOUR.matcher(dark ? text.substring(begin, end) : "");
            own.results().forEach(found -> colours.put(found.group(1), Integer.parseInt(found.group(2), 16)));
        }
        return colours;
    }

    /// WCAG 2.1, contrast ratio.
    private static double contrast(Map<String, Integer> colours, String one, String other) {
        double first = luminance(Objects.requireNonNull(colours.get(one), one));
        double second = luminance(Objects.requireNonNull(colours.get(other), other));
        return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
    }

    /// WCAG 2.1, relative luminance.
    private static double luminance(int colour) {
        return 0.2126 * linear(colour >> 16) + 0.7152 * linear(colour >> 8) + 0.0722 * linear(colour);
    }

    private static double linear(int channel) {
        double value = (channel & 0xff) / 255.0;
        return value <= 0.03928 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }
}
