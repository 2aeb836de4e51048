package dev.polyserve.cli;

import dev.polyserve.cli.text.SpellingSuggestion;
import dev.polyserve.file.SmallFileReader;
import dev.polyserve.file.IrregularOrOversizedFileException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;

/// Reads a TOML configuration file; its keys are the names of the long options.
///
/// This is the only class that uses tomlj, so that the library is loaded only for a configuration file.
final class ConfigFile {
    private static final int MOST_BYTES = 1 << 20;
    private static final List<String> KEYS = Stream.of(ServeSetting.values()).map(ServeSetting::key).toList();

    private final Path file;
    private final TomlParseResult toml;

    private ConfigFile(Path file, TomlParseResult toml) {
        this.file = file;
        this.toml = toml;
    }

    /// Reads the file.
    ///
    /// @throws ExitException naming the file, the line and the key
    static ServeSettings read(Path file) {
        TomlParseResult toml = parse(file);
        if (toml.hasErrors()) {
            TomlParseError first = toml.errors().getFirst();
            throw ExitException.wrong("bad configuration " + file + " line " + line(first.position()) + ": "
                    + String.valueOf(first.getMessage()).lines().findFirst().orElse("it is not TOML"), first);
        }
        return new ConfigFile(file, toml).settings();
    }

    private static TomlParseResult parse(Path file) {
        try {
            return Toml.parse(SmallFileReader.text(file, MOST_BYTES));
        } catch (NoSuchFileException e) {
            throw ExitException.wrong("there is no configuration file " + file, e);
        } catch (CharacterCodingException e) {
            throw ExitException.wrong("the configuration file " + file + " is not in UTF-8: save it in that encoding",
                    e);
        } catch (IrregularOrOversizedFileException e) {
            throw ExitException.wrong("the configuration file " + file + " " + e.why(), e);
        } catch (IOException e) {
            throw ExitException.wrong("the configuration file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private ServeSettings settings() {
        ServeSettings settings = new ServeSettings();
        for (String key : toml.keySet()) {
            String where = place(key);
            ServeSetting setting = ServeSetting.of(key).orElseThrow(() -> ExitException.wrong("unknown key in " + where
                    + SpellingSuggestion.to(key, KEYS).map(near -> ", did you mean " + near + "?").orElse("")
                    + " (the keys are the long options of polyserve serve --help)"));
            settings.put(setting, values(setting, toml.get(List.of(key)), where), where);
        }
        return settings;
    }

    private static List<String> values(ServeSetting setting, @Nullable Object value, String where) {
        return switch (setting.shape()) {
            case TEXT, NUMBER -> List.of(one(value, where));
            case LIST -> value instanceof TomlArray array ? texts(array, where) : List.of(one(value, where));
            case FLAG -> {
                if (!(value instanceof Boolean flag)) {
                    throw ExitException.wrong("bad " + where + ": it must be true or false");
                }
                yield List.of(flag.toString());
            }
        };
    }

    private static List<String> texts(TomlArray array, String where) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            texts.add(one(array.get(i), where));
        }
        if (texts.isEmpty()) {
            throw ExitException.wrong("bad " + where + ": the list is empty");
        }
        return texts;
    }

    private static String one(@Nullable Object value, String where) {
        if (value instanceof String || value instanceof Long) {
            return value.toString();
        }
        throw ExitException.wrong("bad " + where + ": it must be a string in quotes or a whole number");
    }

    private String place(String key) {
        return file + " line " + line(toml.inputPositionOf(List.of(key))) + " key '" + key + "'";
    }

    private static int line(@Nullable TomlPosition position) {
        return position == null ? 1 : position.line();
    }
}
