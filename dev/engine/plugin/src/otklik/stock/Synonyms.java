package otklik.stock;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.text.ParseException;
import java.util.List;
import java.util.function.Function;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.synonym.SolrSynonymParser;
import org.apache.lucene.analysis.synonym.SynonymFilter;
import org.apache.lucene.analysis.synonym.SynonymGraphFilter;
import org.apache.lucene.analysis.synonym.SynonymMap;
import org.apache.lucene.util.CharsRef;
import org.apache.lucene.util.CharsRefBuilder;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexService.IndexCreationContext;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.AnalysisMode;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.CustomAnalyzer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;

/**
 * {@code synonym} and {@code synonym_graph}: rules in Solr's format from {@code synonyms} or
 * {@code synonyms_path}.
 *
 * <p>As in stock, the rules are read through the part of the analyzer that stands before the filter,
 * so a rule matches what the filter will really be given (lower case, ё as е, ...).
 */
final class Synonyms extends AbstractTokenFilterFactory {
    private final String rules;
    private final boolean expand;
    private final boolean lenient;
    private final boolean graph;
    private final AnalysisMode mode;

    Synonyms(Environment env, String name, Settings settings, boolean graph) throws IOException {
        super(name, settings);
        boolean updateable = settings.getAsBoolean("updateable", false);
        this.rules = read(env, settings);
        this.expand = settings.getAsBoolean("expand", true);
        this.lenient = settings.getAsBoolean("lenient", updateable);
        this.graph = graph;
        this.mode = updateable ? AnalysisMode.SEARCH_TIME : AnalysisMode.ALL;
        if (settings.get("format", "solr").equals("solr") == false) {
            throw new IllegalArgumentException("This development build reads synonyms in Solr's format only");
        }
    }

    private static String read(Environment env, Settings settings) throws IOException {
        List<String> inline = settings.getAsList("synonyms", null);
        if (inline != null) {
            return String.join("\n", inline);
        }
        String path = settings.get("synonyms_path");
        if (path == null) {
            throw new IllegalArgumentException("synonym requires either `synonyms` or `synonyms_path` to be configured");
        }
        try (Reader reader = Analysis.getReaderFromFile(env, path, "synonyms_path")) {
            var text = new java.io.StringWriter();
            reader.transferTo(text);
            return text.toString();
        }
    }

    @Override
    public AnalysisMode getAnalysisMode() {
        return mode;
    }

    @Override
    public TokenStream create(TokenStream tokens) {
        throw new IllegalStateException("Call getChainAwareTokenFilterFactory to get the filter itself");
    }

    @Override
    public TokenFilterFactory getChainAwareTokenFilterFactory(
        IndexCreationContext context,
        TokenizerFactory tokenizer,
        List<CharFilterFactory> charFilters,
        List<TokenFilterFactory> before,
        Function<String, TokenFilterFactory> allFilters
    ) {
        var reading = new CustomAnalyzer(
            tokenizer,
            charFilters.toArray(CharFilterFactory[]::new),
            before.stream().map(TokenFilterFactory::getSynonymFilter).toArray(TokenFilterFactory[]::new));
        return new Applied(name(), parse(reading), graph, mode);
    }

    private SynonymMap parse(Analyzer reading) {
        try {
            var parser = new RuleParser(expand, lenient, reading);
            parser.parse(new StringReader(rules));
            return parser.build();
        } catch (IOException | ParseException e) {
            throw new IllegalArgumentException("failed to build synonyms from [" + name() + "]", e);
        }
    }

    /** Where {@code lenient}, a term that analysis leaves empty (a stop word, say) is passed over. */
    private static final class RuleParser extends SolrSynonymParser {
        private final boolean lenient;

        RuleParser(boolean expand, boolean lenient, Analyzer reading) {
            super(true, expand, reading);
            this.lenient = lenient;
        }

        @Override
        public void add(CharsRef input, CharsRef output, boolean includeOriginal) {
            if (lenient == false || (input.length > 0 && output.length > 0)) {
                super.add(input, output, includeOriginal);
            }
        }

        @Override
        public CharsRef analyze(String text, CharsRefBuilder reuse) throws IOException {
            try {
                return super.analyze(text, reuse);
            } catch (IllegalArgumentException e) {
                if (lenient) {
                    return new CharsRef("");
                }
                throw e;
            }
        }
    }

    private record Applied(String name, SynonymMap map, boolean graph, AnalysisMode mode) implements TokenFilterFactory {
        @Override
        @SuppressWarnings("deprecation") // `synonym` is the flat filter in stock, too
        public TokenStream create(TokenStream tokens) {
            if (map.fst == null) {
                return tokens;
            }
            return graph ? new SynonymGraphFilter(tokens, map, false) : new SynonymFilter(tokens, map, false);
        }

        /** Rules of a second synonym filter in the chain are read as if this one were not there. */
        @Override
        public TokenFilterFactory getSynonymFilter() {
            return IDENTITY_FILTER;
        }

        @Override
        public AnalysisMode getAnalysisMode() {
            return mode;
        }
    }
}
