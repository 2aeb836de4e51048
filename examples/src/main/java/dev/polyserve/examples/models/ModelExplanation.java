package dev.polyserve.examples.models;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Properties;

/// What a text explains of a model, in one language.
///
/// @param idea the idea of the tutorials in three sentences
/// @param waitsIn what a thread, a loop or a process of the model waits in
/// @param badAt what the model is bad at
/// @param watchFor the moment to look at while ten clients are watched
public record ModelExplanation(List<String> idea, String waitsIn, String badAt, String watchFor) {
    private static final int SENTENCES = 3;

    /// A text with an unmodifiable copy of the sentences.
    ///
    /// @throws IllegalArgumentException if the idea does not have three sentences
    public ModelExplanation {
        idea = List.copyOf(idea);
        if (idea.size() != SENTENCES) {
            throw new IllegalArgumentException("an idea has " + SENTENCES + " sentences, not " + idea.size());
        }
    }

    /// The text in a file of properties.
    ///
    /// @throws IllegalArgumentException if a property is missing
    static ModelExplanation parse(String properties) throws IOException {
        var values = new Properties();
        values.load(new StringReader(properties));
        return new ModelExplanation(List.of(value(values, "idea.1"), value(values, "idea.2"), value(values, "idea.3")),
                value(values, "waitsIn"), value(values, "badAt"), value(values, "watchFor"));
    }

    private static String value(Properties values, String name) {
        String value = values.getProperty(name, "").strip();
        if (value.isEmpty()) {
            throw new IllegalArgumentException("the text of a model has no property '" + name + "', add it");
        }
        return value;
    }
}
