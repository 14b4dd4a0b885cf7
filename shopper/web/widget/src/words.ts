// Every word the chat itself says, in its languages.
// Knows nothing about what the assistant or the shop say.

export interface Words {
  title: string;
  greeting: string;
  hint: string;
  examples: string[];
  notice: string;
  placeholder: string;
  message: string;
  send: string;
  stop: string;
  stopped: string;
  close: string;
  addPhoto: string;
  removePhoto: string;
  yourPhoto: string;
  dropPhoto: string;
  notAPhoto: string;
  tooManyPhotos: (most: number) => string;
  you: string;
  assistant: string;
  working: string;
  understood: string;
  removeChip: (label: string) => string;
  without: (label: string) => string;
  products: string;
  shown: (count: number) => string;
  ofTotal: (count: number, total: number) => string;
  nearest: string;
  previous: string;
  next: string;
  priceFrom: (price: string) => string;
  priceNow: string;
  priceBefore: string;
  color: string;
  size: string;
  soldOut: string;
  unconfirmed: string;
  few: (count: number) => string;
  rated: (value: string, count: number) => string;
  addToCart: string;
  adding: string;
  added: string;
  chooseSize: string;
  moreLikeThis: string;
  moreLike: (title: string) => string;
  replies: string;
  cart: string;
  cartCount: (count: number) => string;
  cartEmpty: string;
  total: string;
  less: (title: string) => string;
  more: (title: string) => string;
  remove: string;
  back: string;
  forget: string;
  forgetAsk: string;
  forgetYes: string;
  forgetNo: string;
  forgotten: string;
  retry: string;
  failed: string;
  restoring: string;
  down: string;
}

const en: Words = {
  title: "Personal shopper",
  greeting: "What are you looking for?",
  hint: "Say it in your own words, or show me a photo.",
  examples: ["A linen dress for a summer wedding", "White sneakers under 100", "A warm coat, but no wool"],
  notice: "You are talking to an AI. It can make mistakes.",
  placeholder: "Describe what you’d like…",
  message: "Your message",
  send: "Send",
  stop: "Stop",
  stopped: "Stopped.",
  close: "Close",
  addPhoto: "Add a photo",
  removePhoto: "Remove this photo",
  yourPhoto: "Your photo",
  dropPhoto: "Drop the photo here",
  notAPhoto: "That file isn’t a photo I can read. JPEG, PNG or WebP work.",
  tooManyPhotos: (most) => `At most ${most} photos at a time.`,
  you: "You",
  assistant: "Shopper",
  working: "Looking…",
  understood: "What I understood",
  removeChip: (label) => `Remove ${label}`,
  without: (label) => `Remove “${label}”`,
  products: "Products",
  shown: (count) => (count === 1 ? "1 product shown" : `${count} products shown`),
  ofTotal: (count, total) => `${count} of ${total}`,
  nearest: "The nearest we have",
  previous: "Previous products",
  next: "Next products",
  priceFrom: (price) => `from ${price}`,
  priceNow: "Now",
  priceBefore: "Before",
  color: "Colour",
  size: "Size",
  soldOut: "sold out",
  unconfirmed: "price and stock not confirmed",
  few: (count) => `Only ${count} left`,
  rated: (value, count) => `${value} out of 5, ${count} ratings`,
  addToCart: "Add to cart",
  adding: "Adding…",
  added: "In your cart",
  chooseSize: "Choose a size first",
  moreLikeThis: "More like this",
  moreLike: (title) => `More like “${title}”`,
  replies: "Quick replies",
  cart: "Cart",
  cartCount: (count) => (count === 1 ? "Cart, 1 item" : `Cart, ${count} items`),
  cartEmpty: "Your cart is empty.",
  total: "Total",
  less: (title) => `One fewer: ${title}`,
  more: (title) => `One more: ${title}`,
  remove: "Remove",
  back: "Back to the chat",
  forget: "Delete my chat",
  forgetAsk: "Delete this chat with its messages and photos? It can’t be brought back.",
  forgetYes: "Delete",
  forgetNo: "Keep it",
  forgotten: "Your chat was deleted.",
  retry: "Try again",
  failed: "That didn’t work. Check your connection and try again.",
  restoring: "Fetching your chat…",
  down: "Go to the end",
};

const de: Words = {
  title: "Persönliche Beratung",
  greeting: "Was suchst du?",
  hint: "Sag es mit deinen Worten oder zeig mir ein Foto.",
  examples: ["Ein Leinenkleid für eine Sommerhochzeit", "Weiße Sneaker unter 100", "Ein warmer Mantel ohne Wolle"],
  notice: "Du sprichst mit einer KI. Sie kann sich irren.",
  placeholder: "Beschreibe, was du suchst…",
  message: "Deine Nachricht",
  send: "Senden",
  stop: "Stopp",
  stopped: "Angehalten.",
  close: "Schließen",
  addPhoto: "Foto hinzufügen",
  removePhoto: "Dieses Foto entfernen",
  yourPhoto: "Dein Foto",
  dropPhoto: "Foto hier ablegen",
  notAPhoto: "Diese Datei ist kein lesbares Foto. JPEG, PNG oder WebP gehen.",
  tooManyPhotos: (most) => `Höchstens ${most} Fotos auf einmal.`,
  you: "Du",
  assistant: "Beratung",
  working: "Ich suche…",
  understood: "Das habe ich verstanden",
  removeChip: (label) => `${label} entfernen`,
  without: (label) => `„${label}“ weglassen`,
  products: "Produkte",
  shown: (count) => (count === 1 ? "1 Produkt angezeigt" : `${count} Produkte angezeigt`),
  ofTotal: (count, total) => `${count} von ${total}`,
  nearest: "Am nächsten kommt",
  previous: "Vorherige Produkte",
  next: "Nächste Produkte",
  priceFrom: (price) => `ab ${price}`,
  priceNow: "Jetzt",
  priceBefore: "Vorher",
  color: "Farbe",
  size: "Größe",
  soldOut: "ausverkauft",
  unconfirmed: "Preis und Bestand nicht bestätigt",
  few: (count) => `Nur noch ${count}`,
  rated: (value, count) => `${value} von 5, ${count} Bewertungen`,
  addToCart: "In den Warenkorb",
  adding: "Moment…",
  added: "Im Warenkorb",
  chooseSize: "Bitte erst eine Größe wählen",
  moreLikeThis: "Ähnliches zeigen",
  moreLike: (title) => `Ähnlich wie „${title}“`,
  replies: "Schnelle Antworten",
  cart: "Warenkorb",
  cartCount: (count) => `Warenkorb, ${count} Artikel`,
  cartEmpty: "Dein Warenkorb ist leer.",
  total: "Summe",
  less: (title) => `Eins weniger: ${title}`,
  more: (title) => `Eins mehr: ${title}`,
  remove: "Entfernen",
  back: "Zurück zum Chat",
  forget: "Chat löschen",
  forgetAsk: "Diesen Chat mit allen Nachrichten und Fotos löschen? Das lässt sich nicht rückgängig machen.",
  forgetYes: "Löschen",
  forgetNo: "Behalten",
  forgotten: "Dein Chat wurde gelöscht.",
  retry: "Nochmal versuchen",
  failed: "Das hat nicht geklappt. Prüfe deine Verbindung und versuche es noch einmal.",
  restoring: "Dein Chat wird geladen…",
  down: "Zum Ende",
};

const fr: Words = {
  title: "Votre personal shopper",
  greeting: "Que cherchez-vous ?",
  hint: "Dites-le avec vos mots, ou montrez-moi une photo.",
  examples: ["Une robe en lin pour un mariage d’été", "Des baskets blanches à moins de 100", "Un manteau chaud, sans laine"],
  notice: "Vous parlez à une IA. Elle peut se tromper.",
  placeholder: "Décrivez ce qu’il vous faut…",
  message: "Votre message",
  send: "Envoyer",
  stop: "Arrêter",
  stopped: "Arrêté.",
  close: "Fermer",
  addPhoto: "Ajouter une photo",
  removePhoto: "Retirer cette photo",
  yourPhoto: "Votre photo",
  dropPhoto: "Déposez la photo ici",
  notAPhoto: "Ce fichier n’est pas une photo lisible. JPEG, PNG ou WebP conviennent.",
  tooManyPhotos: (most) => `${most} photos à la fois au plus.`,
  you: "Vous",
  assistant: "Conseil",
  working: "Je cherche…",
  understood: "Ce que j’ai compris",
  removeChip: (label) => `Retirer ${label}`,
  without: (label) => `Retirer « ${label} »`,
  products: "Produits",
  shown: (count) => (count > 1 ? `${count} produits affichés` : `${count} produit affiché`),
  ofTotal: (count, total) => `${count} sur ${total}`,
  nearest: "Le plus proche que nous ayons",
  previous: "Produits précédents",
  next: "Produits suivants",
  priceFrom: (price) => `dès ${price}`,
  priceNow: "Maintenant",
  priceBefore: "Avant",
  color: "Couleur",
  size: "Taille",
  soldOut: "épuisée",
  unconfirmed: "prix et stock non confirmés",
  few: (count) => `Plus que ${count}`,
  rated: (value, count) => `${value} sur 5, ${count} avis`,
  addToCart: "Ajouter au panier",
  adding: "Un instant…",
  added: "Dans votre panier",
  chooseSize: "Choisissez d’abord une taille",
  moreLikeThis: "Dans le même style",
  moreLike: (title) => `Dans le style de « ${title} »`,
  replies: "Réponses rapides",
  cart: "Panier",
  cartCount: (count) => (count > 1 ? `Panier, ${count} articles` : `Panier, ${count} article`),
  cartEmpty: "Votre panier est vide.",
  total: "Total",
  less: (title) => `Un de moins : ${title}`,
  more: (title) => `Un de plus : ${title}`,
  remove: "Retirer",
  back: "Retour à la conversation",
  forget: "Supprimer ma conversation",
  forgetAsk: "Supprimer cette conversation, ses messages et ses photos ? C’est définitif.",
  forgetYes: "Supprimer",
  forgetNo: "Garder",
  forgotten: "Votre conversation a été supprimée.",
  retry: "Réessayer",
  failed: "Cela n’a pas marché. Vérifiez votre connexion et réessayez.",
  restoring: "Je retrouve votre conversation…",
  down: "Aller à la fin",
};

const it: Words = {
  title: "Personal shopper",
  greeting: "Che cosa cerchi?",
  hint: "Dillo con parole tue o mostrami una foto.",
  examples: ["Un abito di lino per un matrimonio d’estate", "Sneakers bianche sotto i 100", "Un cappotto caldo, senza lana"],
  notice: "Stai parlando con un’IA. Può sbagliare.",
  placeholder: "Descrivi che cosa vorresti…",
  message: "Il tuo messaggio",
  send: "Invia",
  stop: "Ferma",
  stopped: "Fermato.",
  close: "Chiudi",
  addPhoto: "Aggiungi una foto",
  removePhoto: "Togli questa foto",
  yourPhoto: "La tua foto",
  dropPhoto: "Lascia qui la foto",
  notAPhoto: "Questo file non è una foto leggibile. Vanno bene JPEG, PNG o WebP.",
  tooManyPhotos: (most) => `Al massimo ${most} foto alla volta.`,
  you: "Tu",
  assistant: "Shopper",
  working: "Cerco…",
  understood: "Che cosa ho capito",
  removeChip: (label) => `Togli ${label}`,
  without: (label) => `Togli «${label}»`,
  products: "Prodotti",
  shown: (count) => (count === 1 ? "1 prodotto mostrato" : `${count} prodotti mostrati`),
  ofTotal: (count, total) => `${count} di ${total}`,
  nearest: "Il più vicino che abbiamo",
  previous: "Prodotti precedenti",
  next: "Prodotti successivi",
  priceFrom: (price) => `da ${price}`,
  priceNow: "Ora",
  priceBefore: "Prima",
  color: "Colore",
  size: "Taglia",
  soldOut: "esaurita",
  unconfirmed: "prezzo e disponibilità non confermati",
  few: (count) => (count === 1 ? "Ne resta 1" : `Ne restano ${count}`),
  rated: (value, count) => `${value} su 5, ${count} valutazioni`,
  addToCart: "Aggiungi al carrello",
  adding: "Un attimo…",
  added: "Nel carrello",
  chooseSize: "Scegli prima una taglia",
  moreLikeThis: "Altri così",
  moreLike: (title) => `Altri come «${title}»`,
  replies: "Risposte rapide",
  cart: "Carrello",
  cartCount: (count) => (count === 1 ? "Carrello, 1 articolo" : `Carrello, ${count} articoli`),
  cartEmpty: "Il carrello è vuoto.",
  total: "Totale",
  less: (title) => `Uno in meno: ${title}`,
  more: (title) => `Uno in più: ${title}`,
  remove: "Togli",
  back: "Torna alla chat",
  forget: "Elimina la chat",
  forgetAsk: "Eliminare questa chat con i messaggi e le foto? Non si può annullare.",
  forgetYes: "Elimina",
  forgetNo: "Tieni",
  forgotten: "La chat è stata eliminata.",
  retry: "Riprova",
  failed: "Non ha funzionato. Controlla la connessione e riprova.",
  restoring: "Recupero la tua chat…",
  down: "Vai alla fine",
};

const es: Words = {
  title: "Personal shopper",
  greeting: "¿Qué buscas?",
  hint: "Dilo con tus palabras o enséñame una foto.",
  examples: ["Un vestido de lino para una boda de verano", "Zapatillas blancas por menos de 100", "Un abrigo cálido, sin lana"],
  notice: "Hablas con una IA. Puede equivocarse.",
  placeholder: "Describe lo que te gustaría…",
  message: "Tu mensaje",
  send: "Enviar",
  stop: "Parar",
  stopped: "Detenido.",
  close: "Cerrar",
  addPhoto: "Añadir una foto",
  removePhoto: "Quitar esta foto",
  yourPhoto: "Tu foto",
  dropPhoto: "Suelta la foto aquí",
  notAPhoto: "Ese archivo no es una foto legible. Sirven JPEG, PNG o WebP.",
  tooManyPhotos: (most) => `Como máximo ${most} fotos a la vez.`,
  you: "Tú",
  assistant: "Shopper",
  working: "Buscando…",
  understood: "Lo que he entendido",
  removeChip: (label) => `Quitar ${label}`,
  without: (label) => `Quita «${label}»`,
  products: "Productos",
  shown: (count) => (count === 1 ? "1 producto mostrado" : `${count} productos mostrados`),
  ofTotal: (count, total) => `${count} de ${total}`,
  nearest: "Lo más parecido que tenemos",
  previous: "Productos anteriores",
  next: "Productos siguientes",
  priceFrom: (price) => `desde ${price}`,
  priceNow: "Ahora",
  priceBefore: "Antes",
  color: "Color",
  size: "Talla",
  soldOut: "agotada",
  unconfirmed: "precio y existencias sin confirmar",
  few: (count) => (count === 1 ? "Solo queda 1" : `Solo quedan ${count}`),
  rated: (value, count) => `${value} de 5, ${count} valoraciones`,
  addToCart: "Añadir al carrito",
  adding: "Un momento…",
  added: "En tu carrito",
  chooseSize: "Elige antes una talla",
  moreLikeThis: "Más como este",
  moreLike: (title) => `Más como «${title}»`,
  replies: "Respuestas rápidas",
  cart: "Carrito",
  cartCount: (count) => (count === 1 ? "Carrito, 1 artículo" : `Carrito, ${count} artículos`),
  cartEmpty: "Tu carrito está vacío.",
  total: "Total",
  less: (title) => `Uno menos: ${title}`,
  more: (title) => `Uno más: ${title}`,
  remove: "Quitar",
  back: "Volver al chat",
  forget: "Borrar mi chat",
  forgetAsk: "¿Borrar este chat con sus mensajes y fotos? No se puede deshacer.",
  forgetYes: "Borrar",
  forgetNo: "Conservar",
  forgotten: "Tu chat se ha borrado.",
  retry: "Reintentar",
  failed: "No ha funcionado. Revisa tu conexión e inténtalo de nuevo.",
  restoring: "Recuperando tu chat…",
  down: "Ir al final",
};

export const languages: Record<string, Words> = { en, de, fr, it, es };

/** The words for a locale such as "de-AT"; English where the language isn't ours. */
export function wordsFor(locale: string): Words {
  return languages[locale.toLowerCase().split(/[-_]/)[0] ?? ""] ?? en;
}
