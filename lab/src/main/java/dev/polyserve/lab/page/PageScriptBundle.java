package dev.polyserve.lab.page;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Joins the scripts of the page into one, because a page that is opened from a file cannot import modules: each becomes a
/// function that returns what it exports.
///
/// **Thread**: any.
final class PageScriptBundle {
    /// Imports and exports are each on one line.
    private static final Pattern IMPORT = Pattern.compile("(?m)^import \\{([^}]*)} from '\\./([^']+)';$");
    private static final Pattern EXPORT = Pattern.compile("(?m)^export (?=(?:async )?(?:const|function|class) (\\w+))");

    private PageScriptBundle() {}

    /// The scripts as one.
    ///
    /// @param files the names, each after those that it imports
    /// @throws IOException if one is missing
    static String of(List<String> files) throws IOException {
        StringBuilder all = new StringBuilder("'use strict';\nconst modules = {};\n");
        for (String file : files) {
            String source = LabPageFiles.text(file);
            List<String> names = EXPORT.matcher(source).results().map(export -> export.group(1)).toList();
            String body = IMPORT.matcher(source).replaceAll(match -> Matcher.quoteReplacement(
                    "const {" + match.group(1) + "} = modules['" + match.group(2) + "'];"));
            all.append("modules['").append(file).append("'] = (() => {\n")
                    .append(EXPORT.matcher(body).replaceAll("")).append("return {").append(String.join(", ", names))
                    .append("};\n})();\n");
        }
        return all.toString();
    }
}
