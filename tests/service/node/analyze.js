// node analyze.js HOST TEXT OPTIONS: one call of perspective-api-client against another host than Google's.
const clientFolder = require('path').dirname(require.resolve('perspective-api-client'));
const axios = require(require.resolve('axios', {paths: [clientFolder]}));
const Perspective = require('perspective-api-client');

const [host, text, options] = process.argv.slice(2);
axios.interceptors.request.use((request) => {
  request.url = request.url.replace('https://commentanalyzer.googleapis.com', host);
  return request;
});

new Perspective({apiKey: 'none'})
  .analyze(text, JSON.parse(options))
  .then((answer) => console.log(JSON.stringify({answer})))
  .catch((error) => console.log(JSON.stringify({error: error.message, kind: error.name})));
